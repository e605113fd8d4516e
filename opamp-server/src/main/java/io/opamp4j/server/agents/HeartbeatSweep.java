package io.opamp4j.server.agents;

import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Everything about agents that happens because time passes. One pass over all connections for each
 * tick; no timer per agent. Confined to the thread that ticks.
 */
final class HeartbeatSweep {
  private final AgentHub hub;
  private final ConnectionRegistry registry;
  private final Liveness liveness;
  private final ServerConfig.Agents config;
  private Instant lastTick;
  private Instant nextExpiry;

  @Inject
  HeartbeatSweep(
      AgentHub hub,
      ConnectionRegistry registry,
      Liveness liveness,
      ServerConfig.Agents config,
      InstantSource clock) {
    this.hub = hub;
    this.registry = registry;
    this.liveness = liveness;
    this.config = config;
    this.lastTick = clock.instant();
    this.nextExpiry = lastTick.plus(config.heartbeatExpiryInterval());
  }

  /** Time has passed. Called about once per second, and cheap when nothing is due. */
  void tick(Instant now) {
    for (Connection connection : registry.connections()) {
      if (isDue(connection, lastTick, now)) {
        keepAlive(connection);
      }
    }
    if (!now.isBefore(nextExpiry)) {
      nextExpiry = now.plus(config.heartbeatExpiryInterval());
      hub.expireSilent();
      config.retention().ifPresent(hub::forgetOlderThan);
    }
    lastTick = now;
  }

  private void keepAlive(Connection connection) {
    connection.ping();
    for (AgentSession session : registry.on(connection)) {
      AgentSession.Now now = session.now();
      boolean needed =
          session.isOn(connection)
              && liveness.needsServerHeartbeat(
                  connection.transport(), now.state().report().getCapabilities());
      if (needed) {
        connection.send(
            ServerToAgent.newBuilder().setInstanceUid(now.state().uid().toBytes()).build());
      }
    }
  }

  /**
   * Each connection has its own moment in the interval, so that the sends do not come in one burst.
   */
  private boolean isDue(Connection connection, Instant after, Instant until) {
    Duration interval = config.heartbeatInterval();
    long phase = Integer.toUnsignedLong(connection.id().hashCode() * 0x9E3779B9);
    return round(after, interval, phase) != round(until, interval, phase);
  }

  private static long round(Instant at, Duration interval, long phase) {
    long millis = interval.toMillis();
    return Math.floorDiv(at.toEpochMilli() - phase % millis, millis);
  }
}
