package io.opamp4j.core.server;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Derives the one {@link ConnectionState} of an agent; the first rule that holds wins. */
final class StatusRules {
  private static final int HASH_DIGITS = 8;

  private StatusRules() {}

  static AgentStatus statusOf(AgentState agent) {
    return Stream.<Optional<AgentStatus>>of(
            disconnected(agent),
            configuring(agent),
            upgrading(agent),
            error(agent),
            incompatible(agent),
            pending(agent))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> connected(agent));
  }

  private static Optional<AgentStatus> disconnected(AgentState agent) {
    return agent.link().up()
        ? Optional.empty()
        : status(ConnectionState.DISCONNECTED, agent.link().reason());
  }

  private static Optional<AgentStatus> configuring(AgentState agent) {
    AgentRemoteConfig config = agent.target().offers().getRemoteConfig();
    RemoteConfigStatus reported = agent.report().getRemoteConfigStatus();
    boolean answers = agent.can(AgentCapabilities.AgentCapabilities_ReportsRemoteConfig);
    // An agent that never reports results would stay here for ever.
    if (!agent.target().offers().hasRemoteConfig() || !answers) {
      return Optional.empty();
    }
    boolean acknowledged = reported.getLastRemoteConfigHash().equals(config.getConfigHash());
    boolean sent = acknowledged || agent.offered().config().covers(config.getConfigHash());
    if (!sent || (acknowledged && isFinal(reported.getStatus()))) {
      return Optional.empty();
    }
    String progress =
        acknowledged && reported.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLYING
            ? "the agent is applying config "
            : "waiting for the agent to apply config ";
    return status(ConnectionState.CONFIGURING, progress + configName(agent));
  }

  private static boolean isFinal(RemoteConfigStatuses status) {
    return status == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED
        || status == RemoteConfigStatuses.RemoteConfigStatuses_FAILED;
  }

  private static Optional<AgentStatus> upgrading(AgentState agent) {
    PackagesAvailable offer = agent.target().offers().getPackagesAvailable();
    ByteString hash = offer.getAllPackagesHash();
    boolean sent =
        agent.offered().packages().covers(hash)
            || agent.report().getPackageStatuses().getServerProvidedAllPackagesHash().equals(hash);
    if (!agent.target().offers().hasPackagesAvailable()
        || !sent
        || !agent.can(AgentCapabilities.AgentCapabilities_ReportsPackageStatuses)) {
      return Optional.empty();
    }
    return offer.getPackagesMap().entrySet().stream()
        .filter(offered -> !isFinal(agent.report(), offered.getKey(), offered.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .flatMap(
            name ->
                status(
                    ConnectionState.UPGRADING,
                    "package '" + name + "' is not installed yet at the offered version"));
  }

  private static boolean isFinal(AgentToServer report, String name, PackageAvailable offered) {
    PackageStatus status = report.getPackageStatuses().getPackagesMap().get(name);
    if (status == null) {
      return false;
    }
    return switch (status.getStatus()) {
      case PackageStatusEnum_Installed -> status.getAgentHasHash().equals(offered.getHash());
      case PackageStatusEnum_InstallFailed ->
          status.getServerOfferedHash().equals(offered.getHash());
      default -> false;
    };
  }

  private static Optional<AgentStatus> error(AgentState agent) {
    return Stream.<Optional<String>>of(
            failedConfig(agent),
            failedPackage(agent.report()),
            failedSettings(agent.report()),
            badHealth(agent.report()))
        .flatMap(Optional::stream)
        .findFirst()
        .flatMap(reason -> status(ConnectionState.ERROR, reason));
  }

  private static Optional<String> failedConfig(AgentState agent) {
    RemoteConfigStatus reported = agent.report().getRemoteConfigStatus();
    boolean failed =
        agent.target().offers().hasRemoteConfig()
            && reported.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED
            && reported
                .getLastRemoteConfigHash()
                .equals(agent.target().offers().getRemoteConfig().getConfigHash());
    return failed
        ? Optional.of(
            "config " + configName(agent) + " failed" + detail(reported.getErrorMessage()))
        : Optional.empty();
  }

  private static Optional<String> failedPackage(AgentToServer report) {
    return report.getPackageStatuses().getPackagesMap().entrySet().stream()
        .filter(
            entry ->
                entry.getValue().getStatus() == PackageStatusEnum.PackageStatusEnum_InstallFailed)
        .min(Map.Entry.comparingByKey())
        .map(
            entry ->
                "package '"
                    + entry.getKey()
                    + "' failed to install"
                    + detail(entry.getValue().getErrorMessage()));
  }

  private static Optional<String> failedSettings(AgentToServer report) {
    ConnectionSettingsStatus reported = report.getConnectionSettingsStatus();
    return reported.getStatus() == ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED
        ? Optional.of("connection settings failed" + detail(reported.getErrorMessage()))
        : Optional.empty();
  }

  private static Optional<String> badHealth(AgentToServer report) {
    ComponentHealth health = report.getHealth();
    if (!report.hasHealth() || health.getHealthy()) {
      return Optional.empty();
    }
    String what = health.getLastError().isEmpty() ? health.getStatus() : health.getLastError();
    return Optional.of("the agent reports itself unhealthy" + detail(what));
  }

  private static Optional<AgentStatus> incompatible(AgentState agent) {
    // An agent that runs it is right about what it can run.
    return agent.target().missingComponents().isEmpty() || runsTarget(agent)
        ? Optional.empty()
        : status(
            ConnectionState.INCOMPATIBLE,
            "config "
                + agent.target().configName()
                + " needs components the agent lacks: "
                + String.join(", ", agent.target().missingComponents()));
  }

  private static Optional<AgentStatus> pending(AgentState agent) {
    return agent
        .target()
        .planned()
        .flatMap(planned -> status(ConnectionState.PENDING, planned + " is planned by a rollout"));
  }

  private static AgentStatus connected(AgentState agent) {
    Target target = agent.target();
    if (!target.offers().hasRemoteConfig()) {
      return new AgentStatus(ConnectionState.CONNECTED, "connected; no configuration matches");
    }
    boolean accepts = agent.can(AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig);
    if (!accepts) {
      return new AgentStatus(
          ConnectionState.CONNECTED, "connected; the agent does not accept remote configuration");
    }
    ByteString hash = target.offers().getRemoteConfig().getConfigHash();
    if (acknowledges(agent)) {
      return new AgentStatus(
          ConnectionState.CONNECTED, "connected; runs config " + configName(agent));
    }
    if (target.withheld().isPresent()) {
      return new AgentStatus(
          ConnectionState.CONNECTED,
          "connected; config " + configName(agent) + " waits: " + target.withheld().get());
    }
    return new AgentStatus(
        ConnectionState.CONNECTED,
        agent.offered().config().covers(hash)
            ? "connected; config " + configName(agent) + " was sent, the agent reports no results"
            : "connected; config " + configName(agent) + " goes out with the next answer");
  }

  private static boolean runsTarget(AgentState agent) {
    return acknowledges(agent)
        && agent.report().getRemoteConfigStatus().getStatus()
            == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
  }

  private static boolean acknowledges(AgentState agent) {
    return agent
        .report()
        .getRemoteConfigStatus()
        .getLastRemoteConfigHash()
        .equals(agent.target().offers().getRemoteConfig().getConfigHash());
  }

  private static String configName(AgentState agent) {
    String hex =
        HexFormat.of()
            .formatHex(agent.target().offers().getRemoteConfig().getConfigHash().toByteArray());
    return agent.target().configName()
        + " ("
        + hex.substring(0, Math.min(HASH_DIGITS, hex.length()))
        + ")";
  }

  private static String detail(String text) {
    return text.isEmpty() ? "" : ": " + text;
  }

  private static Optional<AgentStatus> status(ConnectionState state, String reason) {
    return Optional.of(new AgentStatus(state, reason));
  }
}
