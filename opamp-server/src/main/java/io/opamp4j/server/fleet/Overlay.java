package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.Reported;
import io.opamp4j.core.rollout.Version;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rollout laid over a configuration: which agent has which of the two versions. Every node comes
 * to the same answer. Pure, immutable.
 *
 * @param rollout how far it is
 * @param newer the version it moves agents to
 */
record Overlay(ConfigurationRollout rollout, Configuration newer) {
  Overlay {
    requireNonNull(rollout, "rollout");
    requireNonNull(newer, "newer");
  }

  /** What this agent is to have. */
  Version versionFor(AgentToServer report, Map<String, String> labels) {
    Optional<InstanceUid> uid = InstanceUid.from(report.getInstanceUid());
    if (uid.isEmpty()) {
      return Version.OLD;
    }
    Reported reported = Reported.of(report.getRemoteConfigStatus(), newer.hash().bytes());
    return rollout.state().versionFor(uid.get(), stageOf(rollout.selectors(), labels), reported);
  }

  /** The first stage that wants an agent with these labels, or the last. */
  static int stageOf(List<Selector> selectors, Map<String, String> labels) {
    for (int stage = 0; stage < selectors.size(); stage++) {
      if (selectors.get(stage).matches(labels)) {
        return stage;
      }
    }
    return selectors.size();
  }

  /** The target of an agent that is to have the new version. */
  Target forward(Target target, AgentToServer report, Version version) {
    if (version == Version.WITHHELD) {
      return target.withheld("it failed on the agent before, and the failed were not retried");
    }
    boolean retried =
        InstanceUid.from(report.getInstanceUid())
            .filter(uid -> rollout.state().faults().retrying().contains(uid))
            .isPresent();
    return retried ? target.retrying() : target;
  }

  /** The target of an agent that is to have the old version, for now or again. */
  Target waiting(Target target) {
    boolean forward = !rollout.state().phase().isOver() && !rollout.state().phase().isBackward();
    return forward ? target.planned(newer.ref().toString()) : target;
  }
}
