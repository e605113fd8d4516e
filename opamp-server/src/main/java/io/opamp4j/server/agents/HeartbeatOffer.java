package io.opamp4j.server.agents;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.Target;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerCapabilities;
import io.opamp4j.server.ServerConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The heartbeat interval that agents are offered (HB-11). It travels in the connection settings for
 * OpAMP, which are offered complete or not at all: so nothing is offered before the server has been
 * told its own endpoint (CONN-22, E-29). Pure.
 */
final class HeartbeatOffer {
  /** Without both an agent must not be offered an interval (E-28). */
  private static final long NEEDED =
      Capabilities.of(
          AgentCapabilities.AgentCapabilities_ReportsHeartbeat,
          AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings);

  private final Duration interval;
  private final Optional<ConnectionSettingsOffers> offer;

  HeartbeatOffer(ServerConfig.Agents config) {
    this.interval = config.heartbeats().interval();
    this.offer = config.endpoint().map(endpoint -> offer(endpoint, interval));
  }

  /** What the server's capabilities need to have for this; 0 if nothing is offered. */
  long serverCapability() {
    return offer.isPresent()
        ? Capabilities.of(ServerCapabilities.ServerCapabilities_OffersConnectionSettings)
        : 0;
  }

  /** Why the configured interval has less effect than one might think; empty if it has all. */
  Optional<String> warning() {
    boolean usual = interval.equals(Heartbeat.DEFAULT.interval());
    return offer.isPresent() || usual
        ? Optional.empty()
        : Optional.of(
            "agents are not offered the heartbeat interval of "
                + interval.toMillis()
                + " ms, because agents.endpoint is not set");
  }

  /**
   * The target with this offer in it.
   *
   * @param target wins if it has connection settings of its own
   * @param capabilities the agent's mask
   * @return the target itself if the agent is not offered an interval
   */
  Target addTo(Target target, long capabilities) {
    boolean suits = (capabilities & NEEDED) == NEEDED && !target.offers().hasConnectionSettings();
    if (offer.isEmpty() || !suits) {
      return target;
    }
    return target.with(target.offers().toBuilder().setConnectionSettings(offer.get()).build());
  }

  /**
   * The interval that the agent took from us: it says so, or it was offered one and is not of those
   * that report what became of it. Empty if it keeps one of its own, which nobody can know (HB-12).
   */
  static Optional<Duration> taken(AgentState agent) {
    ConnectionSettingsOffers wanted = agent.target().offers().getConnectionSettings();
    long seconds = wanted.getOpamp().getHeartbeatIntervalSeconds();
    long capabilities = agent.report().getCapabilities();
    if (seconds == 0 || (capabilities & NEEDED) != NEEDED) {
      return Optional.empty();
    }
    ConnectionSettingsStatus said = agent.report().getConnectionSettingsStatus();
    boolean reports =
        Capabilities.has(
            capabilities, AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus);
    boolean taken =
        reports
            ? said.getStatus() == ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED
                && said.getLastConnectionSettingsHash().equals(wanted.getHash())
            : agent.offered().settings().hash().equals(wanted.getHash());
    return taken ? Optional.of(Heartbeat.ofSeconds(seconds).interval()) : Optional.empty();
  }

  private static ConnectionSettingsOffers offer(URI endpoint, Duration interval) {
    // In whole seconds on the wire, and 0 would turn heartbeats off (E-26).
    long seconds = interval.plusSeconds(1).minusNanos(1).toSeconds();
    OpAMPConnectionSettings settings =
        OpAMPConnectionSettings.newBuilder()
            .setDestinationEndpoint(endpoint.toString())
            .setHeartbeatIntervalSeconds(seconds)
            .build();
    return ConnectionSettingsOffers.newBuilder()
        .setOpamp(settings)
        .setHash(ContentHash.of(settings.toByteString()).bytes())
        .build();
  }
}
