package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.FleetSource;
import io.opamp4j.server.fleet.FleetView;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each agent should have: what the fleet says, and the heartbeat interval for those that take
 * one. Thread-safe but for {@link #of}.
 */
final class Targets {
  private static final Logger log = LoggerFactory.getLogger(Targets.class);

  private final FleetSource fleet;
  private final Catalogues components;
  private final HeartbeatOffer heartbeat;

  @Inject
  Targets(FleetSource fleet, Catalogues components, HeartbeatOffer heartbeat) {
    this.fleet = fleet;
    this.components = components;
    this.heartbeat = heartbeat;
  }

  /**
   * Hears of every change of the fleet from now on, and of components that are no longer awaited.
   * Called once.
   */
  void follow(Consumer<FleetView> changed, Consumer<ByteString> settled) {
    heartbeat.warning().ifPresent(log::warn);
    fleet.subscribe(changed);
    components.follow(settled);
  }

  FleetView current() {
    return fleet.current();
  }

  /** An agent of another node has this report. */
  void seekComponents(AgentToServer report, Instant now) {
    components.seek(report.getAvailableComponents().getHash(), now);
  }

  /**
   * The target of one agent. Called in its mailbox.
   *
   * @param report the report as merged
   */
  Target of(AgentSession session, FleetView view, AgentToServer report) {
    return session.target(view, components, heartbeat, report);
  }
}
