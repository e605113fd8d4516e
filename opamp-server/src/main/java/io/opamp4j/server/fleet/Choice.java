package io.opamp4j.server.fleet;

import io.opamp4j.core.rollout.Version;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that agents can get, and what those that get it are offered. Immutable.
 *
 * @param configuration one version of it
 * @param wanted what agents are offered
 * @param overlay the rollout that moves agents from or to this version; null if there is none
 */
record Choice(Configuration configuration, Wanted wanted, @Nullable Overlay overlay) {

  /** Why this agent gets the configuration; empty if it does not. */
  Optional<Version> versionFor(AgentToServer report, Map<String, String> labels) {
    return configuration.spec().selector().matches(labels)
        ? turn(report, labels)
        : Optional.empty();
  }

  /** The same, whatever the selector says. */
  Optional<Version> turn(AgentToServer report, Map<String, String> labels) {
    if (overlay == null) {
      return Optional.of(Version.OLD);
    }
    Version version = overlay.versionFor(report, labels);
    boolean newer = configuration == overlay.newer();
    return newer == (version != Version.OLD) ? Optional.of(version) : Optional.empty();
  }

  /** Why this agent does not get the configuration; empty if it could. */
  Optional<String> failing(AgentToServer report, Map<String, String> labels) {
    return failing(labels)
        .or(
            () ->
                turn(report, labels).isPresent()
                    ? Optional.empty()
                    : Optional.of("the rollout gives this agent the other version"));
  }

  Optional<String> failing(Map<String, String> labels) {
    return configuration.spec().selector().failing(labels);
  }

  ConfigurationRef ref() {
    return configuration.ref();
  }

  Target target(Version version, AgentToServer report, Components components) {
    Target target = wanted.of(report, components);
    if (overlay == null) {
      return target;
    }
    return version == Version.OLD
        ? overlay.waiting(target)
        : overlay.forward(target, report, version);
  }

  TargetExplanation.Candidate candidate(boolean chosen, Optional<String> failed) {
    return new TargetExplanation.Candidate(
        ref(), priority(), configuration.spec().selector().toString(), chosen, failed);
  }

  int priority() {
    return configuration.spec().priority();
  }

  static Choice of(
      Configuration configuration, @Nullable Overlay overlay, ConfigurationChecks checks) {
    return new Choice(
        configuration,
        new Wanted(target(configuration), checks.needs(configuration.spec().files())),
        overlay);
  }

  private static Target target(Configuration configuration) {
    AgentRemoteConfig offer =
        AgentRemoteConfig.newBuilder()
            .setConfig(configuration.spec().files())
            .setConfigHash(configuration.hash().bytes())
            .build();
    return new Target(
        ServerToAgent.newBuilder().setRemoteConfig(offer).build(),
        configuration.ref().toString(),
        List.of(),
        Optional.empty());
  }
}
