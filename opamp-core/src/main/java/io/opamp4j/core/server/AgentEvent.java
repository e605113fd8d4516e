package io.opamp4j.core.server;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Section;
import java.time.Instant;
import java.util.Set;

/** Something worth telling about one agent. */
public sealed interface AgentEvent {
  /** Whom it is about. */
  InstanceUid uid();

  /** When it happened. */
  Instant at();

  /** The agent went from one state to another, or stayed for a new reason. */
  record StatusChanged(InstanceUid uid, Instant at, AgentStatus from, AgentStatus to)
      implements AgentEvent {}

  /** The server's copy of the report is incomplete, and the agent was asked for the full state. */
  record FullStateRequested(InstanceUid uid, Instant at, Set<Section> awaited)
      implements AgentEvent {
    public FullStateRequested {
      awaited = Set.copyOf(awaited);
    }
  }

  /** A remote configuration was sent. */
  record ConfigOffered(InstanceUid uid, Instant at, String configName) implements AgentEvent {}

  /** The agent was told to use another uid (UID-06). */
  record UidAssigned(InstanceUid uid, Instant at, InstanceUid newUid) implements AgentEvent {}

  /** The agent does not set ReportsStatus, which every agent must (CAP-03, E-60). */
  record NoReportsStatus(InstanceUid uid, Instant at) implements AgentEvent {}

  /**
   * Something an operator ordered was sent. Whether the agent did it is not known (D16).
   *
   * @param order the id of the order
   * @param what in plain words, such as {@code "restart"}
   */
  record OrderSent(InstanceUid uid, Instant at, String order, String what) implements AgentEvent {}

  /**
   * The agent came back on another connection, and the old one was found dead (E-21). It was never
   * disconnected in between.
   *
   * @param remoteAddress where it connects from now
   * @param reason what showed that the old connection is dead, in plain words
   */
  record TakenOver(InstanceUid uid, Instant at, String remoteAddress, String reason)
      implements AgentEvent {}

  /**
   * A second agent uses this uid, and was told to use another (DUP-04, DUP-05). The first one is
   * not touched.
   *
   * @param newUid what the second agent was told
   * @param remoteAddress where the second agent connects from
   */
  record DuplicateUid(InstanceUid uid, Instant at, InstanceUid newUid, String remoteAddress)
      implements AgentEvent {}
}
