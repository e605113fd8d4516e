package io.opamp4j.core.server;

import com.google.protobuf.ByteString;
import io.opamp4j.core.SettingsOffers;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
import java.util.Optional;

/**
 * The target minus what the report shows the agent already has, compared by hash and gated by
 * capabilities (CFG-02, CFG-06 to CFG-08, CONN-01 to CONN-05, CONN-20, CONN-21, PKG-01, PKG-07).
 *
 * <p>An offer whose hash the agent has not echoed goes out at once if it is new on this connection
 * or if the agent has just reported another hash; otherwise it is repeated with growing pauses,
 * because the earlier one may be lost or still in work.
 */
final class Offers {
  private Offers() {}

  /**
   * Adds what is due to an answer or a push.
   *
   * @param answered the message being answered; empty for a push
   * @return what the agent has been offered, this included
   */
  static Offered addTo(
      ServerToAgent.Builder out, AgentState agent, Optional<AgentToServer> answered, Instant now) {
    return new Offered(
        addConfig(out, agent, answered, now),
        addPackages(out, agent, answered, now),
        addSettings(out, agent, answered, now));
  }

  private static Offered.Sent addConfig(
      ServerToAgent.Builder out, AgentState agent, Optional<AgentToServer> answered, Instant now) {
    ServerToAgent wanted = agent.target().offers();
    ByteString hash = wanted.getRemoteConfig().getConfigHash();
    Offered.Sent sent = agent.offered().config();
    if (!wanted.hasRemoteConfig()
        || !agent.target().missingComponents().isEmpty()
        || agent.target().withheld().isPresent()
        || !agent.can(AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig)
        || !isConfigDue(agent, sent, hash, answered, now)) {
      return sent;
    }
    out.setRemoteConfig(wanted.getRemoteConfig());
    return sent.again(hash, now);
  }

  private static boolean isConfigDue(
      AgentState agent,
      Offered.Sent sent,
      ByteString hash,
      Optional<AgentToServer> answered,
      Instant now) {
    RemoteConfigStatus reported = agent.report().getRemoteConfigStatus();
    if (hash.equals(reported.getLastRemoteConfigHash())) {
      // A new try is offered once; what comes of it is for the operator to look at.
      return agent.target().retry()
          && reported.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED
          && !sent.covers(hash);
    }
    return isDue(
        agent,
        sent,
        hash,
        answered,
        Section.REMOTE_CONFIG_STATUS,
        AgentCapabilities.AgentCapabilities_ReportsRemoteConfig,
        now);
  }

  private static Offered.Sent addPackages(
      ServerToAgent.Builder out, AgentState agent, Optional<AgentToServer> answered, Instant now) {
    ServerToAgent wanted = agent.target().offers();
    ByteString hash = wanted.getPackagesAvailable().getAllPackagesHash();
    Offered.Sent sent = agent.offered().packages();
    if (!wanted.hasPackagesAvailable()
        || !agent.can(AgentCapabilities.AgentCapabilities_AcceptsPackages)
        || hash.equals(agent.report().getPackageStatuses().getServerProvidedAllPackagesHash())
        || !isDue(
            agent,
            sent,
            hash,
            answered,
            Section.PACKAGE_STATUSES,
            AgentCapabilities.AgentCapabilities_ReportsPackageStatuses,
            now)) {
      return sent;
    }
    out.setPackagesAvailable(wanted.getPackagesAvailable());
    return sent.again(hash, now);
  }

  private static Offered.Sent addSettings(
      ServerToAgent.Builder out, AgentState agent, Optional<AgentToServer> answered, Instant now) {
    ServerToAgent wanted = agent.target().offers();
    Offered.Sent sent = agent.offered().settings();
    if (!wanted.hasConnectionSettings()) {
      return sent;
    }
    ByteString hash = wanted.getConnectionSettings().getHash();
    Optional<ConnectionSettingsOffers> allowed =
        SettingsOffers.allowed(wanted.getConnectionSettings(), agent.report().getCapabilities());
    if (allowed.isEmpty()
        || hash.equals(agent.report().getConnectionSettingsStatus().getLastConnectionSettingsHash())
        || !isDue(
            agent,
            sent,
            hash,
            answered,
            Section.CONNECTION_SETTINGS_STATUS,
            AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus,
            now)) {
      return sent;
    }
    out.setConnectionSettings(allowed.get());
    return sent.again(hash, now);
  }

  private static boolean isDue(
      AgentState agent,
      Offered.Sent sent,
      ByteString hash,
      Optional<AgentToServer> answered,
      Section result,
      AgentCapabilities reportsResult,
      Instant now) {
    if (!sent.covers(hash)) {
      return true;
    }
    if (answered.isEmpty()) {
      return false;
    }
    // The agent shows in this very message that it has something else (CFG-07, CONN-21).
    if (result.isIn(answered.get())) {
      return true;
    }
    // Without results to wait for, repeating would never end.
    return agent.can(reportsResult) && sent.isDueAgain(now);
  }
}
