/**
 * The agent's side of one connection, as pure functions: when to connect, what to say, how long to
 * wait, and what the application should hear of. The caller passes the time and does the I/O.
 */
@NullMarked
package io.opamp4j.core.client;

import org.jspecify.annotations.NullMarked;
