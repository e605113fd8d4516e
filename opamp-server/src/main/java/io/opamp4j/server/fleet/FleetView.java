package io.opamp4j.server.fleet;

import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;

/**
 * What every agent should have, as of one moment. Immutable; a change of the fleet is another
 * instance, so the identity of a view tells whether a target resolved earlier is still right.
 */
public interface FleetView {

  /**
   * Picks the target of one agent. Pure.
   *
   * @param report the agent's merged report, whose attributes count as labels
   * @param note what operators say of it
   * @param components what agents consist of, to compare with what the configuration needs
   */
  Target resolve(AgentToServer report, AgentNote note, Components components);

  /**
   * Says which configurations an agent could get, and why it gets the one it gets. Pure.
   *
   * @param report as for {@link #resolve}
   * @param note as for {@link #resolve}
   */
  default TargetExplanation explain(AgentToServer report, AgentNote note) {
    return TargetExplanation.NONE;
  }
}
