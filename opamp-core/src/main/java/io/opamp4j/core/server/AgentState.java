package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Sync;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import java.util.Optional;

/**
 * Everything the server knows of one agent. Immutable; {@link AgentMachine} makes the next one.
 *
 * @param uid the instance uid
 * @param report the merged report; of a component catalogue its hash alone
 * @param sync whether that report can be trusted
 * @param link its connection
 * @param offered what was sent to it on that connection
 * @param target what the operator wants for it
 * @param reassigned the new uid it was told to use and has not used yet (D4)
 */
public record AgentState(
    InstanceUid uid,
    AgentToServer report,
    Sync sync,
    Link link,
    Offered offered,
    Target target,
    Optional<InstanceUid> reassigned) {
  public AgentState {
    requireNonNull(uid, "uid");
    requireNonNull(report, "report");
    requireNonNull(sync, "sync");
    requireNonNull(link, "link");
    requireNonNull(offered, "offered");
    requireNonNull(target, "target");
    requireNonNull(reassigned, "reassigned");
  }

  /** An agent never heard of. */
  public static AgentState unknown(InstanceUid uid) {
    return known(uid, AgentToServer.newBuilder().setInstanceUid(uid.toBytes()).build());
  }

  /** An agent remembered from storage: its report may be out of date, and it is not connected. */
  public static AgentState known(InstanceUid uid, AgentToServer stored) {
    AgentToServer report = Reports.withoutCatalogue(stored);
    return new AgentState(
        uid, report, Sync.NEW, Link.NEVER, Offered.NOTHING, Target.NONE, Optional.empty());
  }

  /** The state the agent is in and why. */
  public AgentStatus status() {
    return StatusRules.statusOf(this);
  }

  /** Whether the agent has this capability, by its latest report (E-37). */
  boolean can(AgentCapabilities capability) {
    return Capabilities.has(report.getCapabilities(), capability);
  }

  AgentState with(AgentToServer newReport, Sync newSync) {
    return new AgentState(uid, newReport, newSync, link, offered, target, reassigned);
  }

  AgentState with(Sync newSync) {
    return new AgentState(uid, report, newSync, link, offered, target, reassigned);
  }

  AgentState with(Link newLink) {
    return new AgentState(uid, report, sync, newLink, offered, target, reassigned);
  }

  AgentState with(Offered newOffered) {
    return new AgentState(uid, report, sync, link, newOffered, target, reassigned);
  }

  AgentState with(Target newTarget) {
    if (newTarget == target) {
      return this;
    }
    // Another try is another offer, whatever was sent on this connection before.
    Offered sent = newTarget.retry() && !target.retry() ? offered.withoutConfig() : offered;
    return new AgentState(uid, report, sync, link, sent, newTarget, reassigned);
  }

  AgentState with(Optional<InstanceUid> newReassigned) {
    return new AgentState(uid, report, sync, link, offered, target, newReassigned);
  }

  /** The same agent under its new uid (UID-08, D4): nothing else changes. */
  public AgentState renamed(InstanceUid newUid) {
    return new AgentState(
        newUid,
        report.toBuilder().setInstanceUid(newUid.toBytes()).build(),
        sync,
        link,
        offered,
        target,
        Optional.empty());
  }
}
