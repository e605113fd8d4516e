package io.opamp4j.client.transport;

import io.opamp4j.proto.AgentToServer;

/**
 * One connection, or what stands for it on a transport that has none. Belongs to the client's loop.
 */
public interface Link {

  /**
   * Sends a message, after those given before. Only once the link has reported that it is open, and
   * not after {@link #close}.
   */
  void send(AgentToServer message);

  /**
   * Closes in order once everything given is sent, or gives up opening. May be called more than
   * once.
   */
  void close();
}
