package io.opamp4j.server.agents;

import io.opamp4j.core.timing.Spread;
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
  private final Rivals rivals;
  private final ConnectionRegistry registry;
  private final Liveness liveness;
  private final ServerConfig.Agents config;
  private Instant lastTick;
  private Instant nextExpiry;

  @Inject
  HeartbeatSweep(
      AgentHub hub,
      Rivals rivals,
      ConnectionRegistry registry,
      Liveness liveness,
      ServerConfig.Agents config,
      InstantSource clock) {
    this.hub = hub;
    this.rivals = rivals;
    this.registry = registry;
    this.liveness = liveness;
    this.config = config;
    this.lastTick = clock.instant();
    this.nextExpiry = lastTick.plus(config.heartbeats().expiryInterval());
  }

  /** Time has passed. Called about once per second, and cheap when nothing is due. */
  void tick(Instant now) {
    for (Carrier carrier : registry.connections()) {
      if (!Spread.next(carrier.id().hashCode(), liveness.pingInterval(), lastTick).isAfter(now)) {
        pingOrGiveUp(carrier, now);
      }
      for (AgentSession session : carrier.carried()) {
        heartbeat(session, carrier, now);
      }
    }
    rivals.tick(now);
    if (!now.isBefore(nextExpiry)) {
      nextExpiry = now.plus(config.heartbeats().expiryInterval());
      hub.expireSilent();
      config.retention().ifPresent(hub::forgetOlderThan);
    }
    lastTick = now;
  }

  private void pingOrGiveUp(Carrier carrier, Instant now) {
    if (!carrier.pingAgain(now)) {
      long seconds = Duration.between(carrier.lastContact(), now).toSeconds();
      hub.giveUp(carrier, "nothing was heard for " + seconds + " s, not even a pong");
    }
  }

  /** Each agent has its own moment in the interval, so that the sends do not come in one burst. */
  private void heartbeat(AgentSession session, Connection connection, Instant now) {
    AgentSession.Now agent = session.now();
    boolean needed =
        session.isOn(connection)
            && liveness.needsServerHeartbeat(
                connection.transport(), agent.state().report().getCapabilities());
    if (needed && !Spread.next(agent.state().uid(), interval(), lastTick).isAfter(now)) {
      connection.push(
          ServerToAgent.newBuilder().setInstanceUid(agent.state().uid().toBytes()).build());
    }
  }

  private Duration interval() {
    return config.heartbeats().interval();
  }
}
