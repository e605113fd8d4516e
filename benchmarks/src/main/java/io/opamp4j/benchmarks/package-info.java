/**
 * Measurements of the transport, run by hand: a server with a trivial inbox in one JVM, a load
 * generator on bare Netty in another, on the loopback interface.
 */
@NullMarked
package io.opamp4j.benchmarks;

import org.jspecify.annotations.NullMarked;
