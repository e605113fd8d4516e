/**
 * WebSocket on Netty: the frame guard, Tyrus' engine behind it, and the OpAMP endpoint, which is a
 * plain Jakarta WebSocket endpoint and knows neither Netty nor Tyrus.
 */
@NullMarked
package io.opamp4j.server.transport.ws;

import org.jspecify.annotations.NullMarked;
