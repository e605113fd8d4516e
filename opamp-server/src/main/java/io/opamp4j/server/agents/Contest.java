package io.opamp4j.server.agents;

import io.opamp4j.proto.AgentToServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent's connection that is being probed, and the messages that came with its uid elsewhere
 * meanwhile. What waits belongs to the mailbox of the agent; the rest does not change.
 */
final class Contest {
  final Carrier incumbent;

  /** Whether a pong answers the probe; otherwise only the agent itself can. */
  final boolean byPing;

  final Instant deadline;

  /** In the order of arrival; never empty. */
  final List<Incoming> waiting = new ArrayList<>(1);

  Contest(Carrier incumbent, boolean byPing, Instant deadline) {
    this.incumbent = incumbent;
    this.byPing = byPing;
    this.deadline = deadline;
  }

  /**
   * Whether this message on the incumbent's connection shows that it is alive. The last messages
   * before a reconnect may be read after the first one behind it, for the two connections are read
   * by different threads: they go right before that one in number, or are repeated by it
   * (RETRY-02).
   */
  boolean isAnsweredBy(AgentToServer message) {
    long before = waiting.get(0).message().getSequenceNum() - message.getSequenceNum();
    return before < 0 || before > Mailbox.CAPACITY;
  }
}
