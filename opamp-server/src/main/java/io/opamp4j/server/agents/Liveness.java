package io.opamp4j.server.agents;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.time.Instant;

/**
 * When an agent that stays silent is given up. Pure.
 *
 * <p>Over HTTP three missed polls are the end (E-43). Over WebSocket an agent that took the offered
 * interval is judged by its messages alone. One that heartbeats as it likes keeps an interval the
 * server cannot know (HB-12), so it is given the longer of the ttl and three times the interval
 * seen; one without heartbeats is not to be blamed for its silence at all (HB-10). For both,
 * contact of any kind counts, pongs included.
 */
final class Liveness {
  /** What an agent shows of its own interval is believed up to here: it could show anything. */
  private static final Duration LONGEST_BELIEVED = Duration.ofMinutes(10);

  private final ServerConfig.Agents config;

  Liveness(ServerConfig.Agents config) {
    this.config = config;
  }

  /** Whether the server must keep this agent's connection alive by messages of its own. */
  boolean needsServerHeartbeat(Connection.Transport transport, long capabilities) {
    return transport == Connection.Transport.WEBSOCKET && !heartbeats(capabilities);
  }

  /**
   * The time between two pings of a socket: so short that a third one in vain, which is the end of
   * it (E-43), comes within the ttl and one sweep.
   */
  Duration pingInterval() {
    Duration third =
        config.heartbeats().ttl().plus(config.heartbeats().expiryInterval()).dividedBy(3);
    return config.heartbeats().interval().compareTo(third) < 0
        ? config.heartbeats().interval()
        : third;
  }

  /**
   * By when the agent must be heard again.
   *
   * @param seenInterval the time between the last two messages; zero if there was only one
   * @param lastMessage when the last message came in
   * @param lastContact when the last message or pong came in
   */
  Instant deadline(
      Connection.Transport transport,
      AgentState agent,
      Duration seenInterval,
      Instant lastMessage,
      Instant lastContact) {
    Duration seen = seenInterval.compareTo(LONGEST_BELIEVED) < 0 ? seenInterval : LONGEST_BELIEVED;
    Duration ttl = config.heartbeats().ttl();
    if (transport == Connection.Transport.HTTP) {
      return lastMessage.plus(
          longer(config.heartbeats().interval(), seen)
              .multipliedBy(Heartbeat.INTERVALS_UNTIL_LOST));
    }
    if (!heartbeats(agent.report().getCapabilities())) {
      return lastContact.plus(config.heartbeats().serverTtl());
    }
    return HeartbeatOffer.taken(agent)
        // An interval below a second was offered as a whole one, which may be more than the ttl.
        .map(interval -> lastMessage.plus(longer(ttl, interval.multipliedBy(2))))
        .orElseGet(
            () -> lastContact.plus(longer(ttl, seen.multipliedBy(Heartbeat.INTERVALS_UNTIL_LOST))));
  }

  private static boolean heartbeats(long capabilities) {
    return Capabilities.has(capabilities, AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
