package io.opamp4j.server.fleet;

import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import java.util.Map;

/**
 * What every agent should have, as of one moment. Immutable; a change of the fleet is another
 * instance, so the identity of a view tells whether a target resolved earlier is still right.
 */
public interface FleetView {

  /**
   * Picks the target of one agent. Pure.
   *
   * @param report the agent's merged report, whose attributes count as labels
   * @param labels the operator's labels
   * @param components what agents consist of, to compare with what the configuration needs
   */
  Target resolve(AgentToServer report, Map<String, String> labels, Components components);

  /**
   * Says which configurations an agent could get, and why it gets the one it gets. Pure.
   *
   * @param report as for {@link #resolve}
   * @param labels as for {@link #resolve}
   */
  default TargetExplanation explain(AgentToServer report, Map<String, String> labels) {
    return TargetExplanation.NONE;
  }
}
