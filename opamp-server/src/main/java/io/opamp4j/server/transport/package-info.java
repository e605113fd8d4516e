/** One listener for everything: WebSocket and plain-HTTP agents, REST, and the UI's files. */
@NullMarked
package io.opamp4j.server.transport;

import org.jspecify.annotations.NullMarked;
