/**
 * Small values both sides of the protocol share. Nothing in {@code io.opamp4j.core} starts a
 * thread, reads a clock, opens a socket or logs; what needs the time or chance is given it.
 */
@NullMarked
package io.opamp4j.core;

import org.jspecify.annotations.NullMarked;
