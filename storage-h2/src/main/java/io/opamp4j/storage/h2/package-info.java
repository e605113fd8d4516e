/**
 * The backend {@code h2}: one H2 database file, and a directory of blobs beside it, for one server
 * process. {@link io.opamp4j.storage.h2.H2StoragePlugin} is all there is to see.
 *
 * <p>What an operator writes is forced to the disk before the call returns; what agents report is
 * handed to the operating system, so that it survives the death of the process but perhaps not that
 * of the machine (agents report again).
 */
@NullMarked
package io.opamp4j.storage.h2;

import org.jspecify.annotations.NullMarked;
