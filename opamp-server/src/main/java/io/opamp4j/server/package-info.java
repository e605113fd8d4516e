/** The server's whole public API: start it, ask where it listens, close it. */
@NullMarked
package io.opamp4j.server;

import org.jspecify.annotations.NullMarked;
