/**
 * Bytes to message and back, for both transports, within size limits that hold before and after
 * decompression. What cannot be decoded is a {@link
 * io.opamp4j.core.wire.MalformedMessageException}, whatever the reason. Nothing here keeps state or
 * closes what it was given.
 */
@NullMarked
package io.opamp4j.core.wire;

import org.jspecify.annotations.NullMarked;
