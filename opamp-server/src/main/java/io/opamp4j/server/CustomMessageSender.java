package io.opamp4j.server;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;

/**
 * Sends custom messages to agents that are connected to this server. Implemented by the server;
 * thread-safe, and never blocks.
 */
public interface CustomMessageSender {

  /**
   * Sends a message and forgets it; over HTTP it waits for the agent's next poll.
   *
   * @param capability one the agent has announced (CUSTOM-09)
   * @param type what the capability calls the message
   * @param data the content
   * @return whether it was accepted: false if the agent is unknown or not connected, has not
   *     announced the capability, or has too much waiting. True does not mean that it arrives
   */
  boolean send(InstanceUid agent, String capability, String type, ByteString data);
}
