package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentEvent;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what happens to agents to the log: changes of state and of connection at INFO, agents that
 * break rules at WARN, the rest at DEBUG.
 */
final class EventLog implements AgentListener {
  private static final Logger log = LoggerFactory.getLogger("io.opamp4j.agents");

  @Inject
  EventLog() {}

  @Override
  public void happened(AgentEvent event) {
    if (event instanceof AgentEvent.StatusChanged changed
        && changed.from().state() != changed.to().state()) {
      log.info(
          "{} {} -> {}: {}",
          changed.uid(),
          changed.from().state(),
          changed.to().state(),
          changed.to().reason());
    } else if (event instanceof AgentEvent.NoReportsStatus warning) {
      log.warn("{} does not set ReportsStatus; treated as status-only", warning.uid());
    } else if (event instanceof AgentEvent.TakenOver moved) {
      log.info("{} continues from {}: {}", moved.uid(), moved.remoteAddress(), moved.reason());
    } else if (event instanceof AgentEvent.DuplicateUid twin) {
      log.warn(
          "{} is used by a second agent, from {}, which is told to use {}",
          twin.uid(),
          twin.remoteAddress(),
          twin.newUid());
    } else {
      log.debug("{}", event);
    }
  }
}
