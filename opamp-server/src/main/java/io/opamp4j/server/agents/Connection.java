package io.opamp4j.server.agents;

import io.opamp4j.proto.ServerToAgent;

/**
 * How the server reaches an agent. A connection is not an agent: one WebSocket may carry many
 * (TRN-08), and an agent outlives its connections. A plain-HTTP exchange is a connection that can
 * send once. Implemented by the transports; thread-safe, and no method blocks.
 */
public interface Connection {

  /** Names this connection in logs; unique within the process. */
  String id();

  /** What carries it. */
  Transport transport();

  /** The peer's address and port, as text for people. */
  String remoteAddress();

  /**
   * Queues a message for the peer. The queue is bounded; a peer that does not drain it is closed,
   * and its agents learn of it through {@link AgentInbox#closed}. After the end of the connection
   * this does nothing.
   */
  void send(ServerToAgent message);

  /**
   * As {@link #send}, for a message that answers none. While it waits for a slow peer its offers
   * give way to newer ones for the same agent, as those of an answer do; but unlike an answer it is
   * dropped when nothing is left of it.
   */
  default void push(ServerToAgent message) {
    send(message);
  }

  /** Sends a WebSocket ping, answered through {@link AgentInbox#pong}. Does nothing over HTTP. */
  void ping();

  /**
   * Ends the connection in an orderly way: over WebSocket with a Close frame (CLOSE-03).
   *
   * @param code the WebSocket close code
   * @param reason in plain words, at most 120 bytes of UTF-8
   */
  void close(int code, String reason);

  /** The two transports of the protocol. */
  enum Transport {
    /** Full duplex; the server may speak at any time. */
    WEBSOCKET,
    /** The server may speak only in the answer to a request (HTTP-07). */
    HTTP
  }
}
