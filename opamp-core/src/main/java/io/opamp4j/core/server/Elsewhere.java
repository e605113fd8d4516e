package io.opamp4j.core.server;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Sync;
import io.opamp4j.proto.AgentToServer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An agent that another node of the server speaks for: its state follows from what that node keeps
 * of it and from the target, by the same rules as everywhere. Nothing is ever sent to it from here,
 * and nothing about it needs to be written. Pure.
 */
public final class Elsewhere {
  private Elsewhere() {}

  /**
   * An agent as the other node keeps it, with no target yet.
   *
   * @param link its connection to that node
   * @param offered what that node has offered on it
   */
  public static AgentState state(
      InstanceUid uid, AgentToServer report, Link link, Offered offered) {
    // Should the agent come here, the report may be older than what it told there last.
    return new AgentState(
        uid,
        Reports.withoutCatalogue(report),
        Sync.NEW,
        link,
        offered,
        Target.NONE,
        Optional.empty());
  }

  /** What is known of the agent, or of its target, is another now. */
  public static Step told(AgentState before, AgentState heard, Target target, Instant now) {
    AgentState after = heard.with(target);
    AgentStatus from = before.status();
    AgentStatus to = after.status();
    List<AgentEvent> events =
        from.equals(to)
            ? List.of()
            : List.of(new AgentEvent.StatusChanged(after.uid(), now, from, to));
    return new Step(after, Optional.empty(), events, false);
  }
}
