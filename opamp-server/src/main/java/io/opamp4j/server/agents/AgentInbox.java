package io.opamp4j.server.agents;

import io.opamp4j.proto.AgentToServer;

/**
 * Where transports deliver. Thread-safe; no method blocks, so I/O threads may call it. Messages of
 * one agent are worked on in the order of the calls.
 */
public interface AgentInbox {

  /** A WebSocket opened. Called once, before anything else about it. */
  void opened(Connection connection);

  /**
   * A well-formed message came in. It is answered with exactly one {@link Connection#send}, soon
   * and on another thread, also when it is invalid or the server is overloaded (STAT-04).
   */
  void received(Connection connection, AgentToServer message);

  /**
   * A message came in by WebSocket that cannot be decoded. It is answered with BadRequest, in its
   * place among the other answers (ERR-02, ERR-03, E-61).
   *
   * @param why what is wrong with it, for people
   */
  void malformed(Connection connection, String why);

  /** A WebSocket pong came in: the peer is alive. */
  void pong(Connection connection);

  /**
   * A WebSocket ended, whoever ended it; its agents are disconnected (CLOSE-07). Called once, after
   * the last {@link #received}. Not called for plain HTTP, where the end of an exchange means
   * nothing.
   *
   * @param reason in plain words, such as {@code "closed by the peer (1000)"}
   */
  void closed(Connection connection, String reason);
}
