/**
 * Wiring: finds the plug-ins, builds the object graph, starts and stops its parts in order, and is
 * the program's {@code main}. The only package that reads the real clock and makes threads.
 */
@NullMarked
package io.opamp4j.server.boot;

import org.jspecify.annotations.NullMarked;
