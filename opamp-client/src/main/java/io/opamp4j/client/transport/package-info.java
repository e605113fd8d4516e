/**
 * How bytes travel: WebSocket on the Jakarta API with Tyrus underneath, plain HTTP on the JDK's own
 * client. Nothing here decides anything about the protocol. Public for the packages beside it, not
 * for applications.
 */
@NullMarked
package io.opamp4j.client.transport;

import org.jspecify.annotations.NullMarked;
