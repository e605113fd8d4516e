/**
 * What a storage backend must offer, and nothing about how: four narrow stores, one change feed,
 * and the plug-in that binds them. The in-memory backend is in {@link io.opamp4j.storage.memory}.
 *
 * <p>All methods block and may be called from any thread that is allowed to block. Failures are
 * {@link io.opamp4j.storage.StorageException} (which says whether trying again can help) or {@link
 * io.opamp4j.storage.VersionConflictException}.
 */
@NullMarked
package io.opamp4j.storage;

import org.jspecify.annotations.NullMarked;
