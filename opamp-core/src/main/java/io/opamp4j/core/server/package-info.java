/**
 * The server's view of one agent, as pure functions: what a message changes, what the answer is,
 * and which state the agent is in. No I/O; the caller passes the time.
 */
@NullMarked
package io.opamp4j.core.server;

import org.jspecify.annotations.NullMarked;
