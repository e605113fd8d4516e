package io.opamp4j.core.client;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.SettingsOffers;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CommandType;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The parts of a server's message that this agent takes (CAP-06). */
final class Intake {
  private final AgentToServer report;
  private final ServerToAgent message;

  /**
   * @param report the agent's own, with its capabilities
   */
  Intake(AgentToServer report, ServerToAgent message) {
    this.report = report;
    this.message = message;
  }

  /**
   * Whether the message is a command the agent takes; then nothing else in it counts (CMD-02,
   * E-38).
   */
  boolean isCommand() {
    return message.hasCommand() && can(AgentCapabilities.AgentCapabilities_AcceptsRestartCommand);
  }

  /** What the application is to hear. */
  List<Notice> notices() {
    List<Notice> notices = new ArrayList<>();
    if (isCommand()) {
      if (message.getCommand().getType() == CommandType.CommandType_Restart) {
        notices.add(new Notice.RestartRequested());
      } else {
        notices.add(new Notice.CommandIgnored(message.getCommand().getTypeValue()));
      }
      return notices;
    }
    remoteConfig().map(Notice.RemoteConfigOffered::new).ifPresent(notices::add);
    if (message.hasPackagesAvailable()
        && can(AgentCapabilities.AgentCapabilities_AcceptsPackages)) {
      notices.add(new Notice.PackagesOffered(message.getPackagesAvailable()));
    }
    customMessage().map(Notice.CustomMessageReceived::new).ifPresent(notices::add);
    return notices;
  }

  /**
   * The configuration to apply. An offer that is being applied or has been is not news (STAT-10,
   * CFG-14); one that failed and is offered again is a wish to try again. Without a config there is
   * no change (E-51).
   */
  Optional<AgentRemoteConfig> remoteConfig() {
    AgentRemoteConfig offer = message.getRemoteConfig();
    if (!offer.hasConfig() || !can(AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig)) {
      return Optional.empty();
    }
    RemoteConfigStatus status = report.getRemoteConfigStatus();
    boolean underWay =
        status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLYING
            || status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
    boolean known =
        underWay
            && !offer.getConfigHash().isEmpty()
            && offer.getConfigHash().equals(status.getLastRemoteConfigHash());
    return known ? Optional.empty() : Optional.of(offer);
  }

  /** The connection settings, reduced to the parts the agent takes; empty if there are none. */
  Optional<ConnectionSettingsOffers> connectionSettings() {
    return SettingsOffers.allowed(message.getConnectionSettings(), report.getCapabilities());
  }

  /** Whether an offered heartbeat interval is for this agent (E-28, HTTP-06). */
  boolean hasInterval(Duplex duplex) {
    return message.getConnectionSettings().hasOpamp()
        && (can(AgentCapabilities.AgentCapabilities_ReportsHeartbeat)
            || (duplex == Duplex.HALF
                && can(AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings)));
  }

  /** The server's custom capabilities; empty if it did not say (CUSTOM-03). */
  Optional<Set<String>> announced() {
    return message.hasCustomCapabilities()
        ? Optional.of(Set.copyOf(message.getCustomCapabilities().getCapabilitiesList()))
        : Optional.empty();
  }

  /** What the server asks to be told. */
  Set<Demand> demands() {
    EnumSet<Demand> demands = EnumSet.noneOf(Demand.class);
    if (isFlagged(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE)) {
      demands.add(Demand.FULL_STATE);
    }
    if (isFlagged(ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE)) {
      demands.add(Demand.CATALOGUE);
    }
    return demands;
  }

  /**
   * The id the agent is to use from now on. Anything but 16 bytes is ignored (E-23), and the id
   * already in use is no news.
   */
  Optional<InstanceUid> newUid() {
    return InstanceUid.from(message.getAgentIdentification().getNewInstanceUid())
        .filter(uid -> !uid.toBytes().equals(report.getInstanceUid()));
  }

  private boolean isFlagged(long flag) {
    return (message.getFlags() & flag) != 0;
  }

  private Optional<CustomMessage> customMessage() {
    boolean announced =
        message.hasCustomMessage()
            && report
                .getCustomCapabilities()
                .getCapabilitiesList()
                .contains(message.getCustomMessage().getCapability());
    return announced ? Optional.of(message.getCustomMessage()) : Optional.empty();
  }

  private boolean can(AgentCapabilities capability) {
    return Capabilities.has(report.getCapabilities(), capability);
  }
}
