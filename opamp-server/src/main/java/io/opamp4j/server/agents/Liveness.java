package io.opamp4j.server.agents;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.time.Instant;

/**
 * When an agent that stays silent is given up. Pure.
 *
 * <p>Over HTTP three missed polls are the end (E-43). Over WebSocket an agent without heartbeats is
 * judged by contact of any kind, pongs included, since its own silence is no fault (HB-10); an
 * agent that heartbeats keeps an interval the server cannot know (HB-12), so it is given the longer
 * of the ttl and three times the interval seen.
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
   * @param seenInterval the time between the last two messages; zero if there was only one
   * @param lastContact when the last message or pong came in
   */
  Instant deadline(
      Connection.Transport transport,
      long capabilities,
      Duration seenInterval,
      Instant lastContact) {
    Duration seen = seenInterval.compareTo(LONGEST_BELIEVED) < 0 ? seenInterval : LONGEST_BELIEVED;
    Duration silence;
    if (transport == Connection.Transport.HTTP) {
      silence =
          longer(config.heartbeats().interval(), seen).multipliedBy(Heartbeat.INTERVALS_UNTIL_LOST);
    } else if (heartbeats(capabilities)) {
      silence =
          longer(config.heartbeats().ttl(), seen.multipliedBy(Heartbeat.INTERVALS_UNTIL_LOST));
    } else {
      silence = config.heartbeats().serverTtl();
    }
    return lastContact.plus(silence);
  }

  private static boolean heartbeats(long capabilities) {
    return Capabilities.has(capabilities, AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
