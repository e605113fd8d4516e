package io.opamp4j.server.cluster;

/**
 * What a node has to do.
 *
 * @param connections of agents, open now
 * @param agents connected to this node
 * @param messagesPerSecond from agents, of late
 * @param toClose connections that are still to be closed because an operator wants it
 */
public record NodeLoad(int connections, int agents, double messagesPerSecond, int toClose) {
  /** Nothing. */
  public static final NodeLoad NONE = new NodeLoad(0, 0, 0, 0);
}
