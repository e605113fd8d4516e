package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.Reported;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agents that a rollout of one configuration concerns: those for which its new version, were it
 * in force, would be chosen before any other configuration. An agent that only the old version is
 * for has nothing to take: it loses the old version when its place has its turn, and nobody waits
 * for it. Immutable; what it says of an agent is computed from what is given.
 */
public final class Audience {
  private final Fleet fleet;
  private final Configuration newer;
  private final Wanted wanted;
  private final List<Selector> stages;

  /**
   * @param wanted of the newer version
   * @param stages the selectors of all but the last
   */
  Audience(Fleet fleet, Configuration newer, Wanted wanted, List<Selector> stages) {
    this.fleet = requireNonNull(fleet, "fleet");
    this.newer = requireNonNull(newer, "newer");
    this.wanted = requireNonNull(wanted, "wanted");
    this.stages = List.copyOf(stages);
  }

  /**
   * What the rollout needs to know of this agent.
   *
   * @param connected whether it is there
   * @param report as merged
   * @param note what operators say of it
   * @param components what agents consist of
   * @return empty if the configuration is not for it
   */
  public Optional<AgentView> view(
      InstanceUid uid,
      boolean connected,
      AgentToServer report,
      AgentNote note,
      Components components) {
    if (!fleet.wouldChoose(newer, report, note)) {
      return Optional.empty();
    }
    Map<String, String> labels = Labels.of(report, note.labels());
    Reported reported = Reported.of(report.getRemoteConfigStatus(), newer.hash().bytes());
    return Optional.of(
        new AgentView(
            uid,
            Overlay.stageOf(stages, labels),
            connected,
            reported == Reported.APPLIED || missing(report, components).isEmpty(),
            reported,
            !report.hasHealth() || report.getHealth().getHealthy(),
            error(report, reported)));
  }

  /** What the agent lacks for the new version, as far as is known. */
  public List<String> missing(AgentToServer report, Components components) {
    return wanted.missing(report, components);
  }

  private static String error(AgentToServer report, Reported reported) {
    if (reported == Reported.FAILED) {
      return report.getRemoteConfigStatus().getErrorMessage();
    }
    ComponentHealth health = report.getHealth();
    return health.getLastError().isEmpty() ? health.getStatus() : health.getLastError();
  }
}
