package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentEvent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to the listeners on a thread of their own, dropping events when they fall behind.
 */
final class AgentEvents {
  private static final int MOST_WAITING = 10_000;
  private static final Logger log = LoggerFactory.getLogger(AgentEvents.class);

  private final List<AgentListener> listeners;
  private final Executor oneThread;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param oneThread runs tasks one at a time, in order
   */
  @Inject
  AgentEvents(Set<AgentListener> listeners, @ListenerThread Executor oneThread) {
    this.listeners = List.copyOf(listeners);
    this.oneThread = oneThread;
  }

  void publish(List<AgentEvent> events) {
    if (events.isEmpty() || listeners.isEmpty()) {
      return;
    }
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      log.debug("Listeners are behind; {} events dropped", events.size());
      return;
    }
    oneThread.execute(
        () -> {
          waiting.decrementAndGet();
          events.forEach(this::tell);
        });
  }

  private void tell(AgentEvent event) {
    for (AgentListener listener : listeners) {
      try {
        listener.happened(event);
      } catch (RuntimeException e) {
        log.error("A listener failed on {}", event, e);
      }
    }
  }
}
