package io.opamp4j.server.agents;

import io.opamp4j.core.timing.ClosePace;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.server.cluster.NodeDuties;
import io.opamp4j.server.cluster.NodeLoad;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node has to do, and how it gets rid of a part of it: connections are closed slice by
 * slice with a Close frame, no faster than their agents could be taken in again (CLOSE-03). Nobody
 * is refused meanwhile. Thread-safe.
 */
final class NodeWork implements NodeDuties {
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration SLICE = Duration.ofMillis(200);
  private static final Logger log = LoggerFactory.getLogger(NodeWork.class);

  private final Sessions sessions;
  private final ConnectionRegistry registry;
  private final AdmissionGate gate;
  private final Intake intake;

  private final Object lock = new Object();
  // guarded by lock
  private long messagesBefore;
  private @Nullable Instant lastCount;
  private double messagesPerSecond;
  private int ordered;
  private Deque<Carrier> toClose = new ArrayDeque<>();
  private ClosePace pace = new ClosePace(0, Duration.ZERO);
  private @Nullable Instant began;
  private int closed;

  @Inject
  NodeWork(Sessions sessions, ConnectionRegistry registry, AdmissionGate gate, Intake intake) {
    this.sessions = sessions;
    this.registry = registry;
    this.gate = gate;
    this.intake = intake;
  }

  @Override
  public NodeLoad load(Instant now) {
    int agents =
        (int)
            sessions
                .after(Optional.empty())
                .filter(session -> session.now().connection().isPresent())
                .count();
    synchronized (lock) {
      return new NodeLoad(gate.status().connections(), agents, rate(now), ordered + toClose.size());
    }
  }

  @Override
  public void shed(int connections) {
    synchronized (lock) {
      ordered += Math.max(0, connections);
    }
  }

  /** Time has passed: closes what is due. Called by the timer. */
  void tick(Instant now) {
    for (Carrier next = due(now); next != null; next = due(now)) {
      next.close(CloseCode.GOING_AWAY, "the agent is to look for another node");
    }
  }

  /** The next connection whose turn has come. */
  private @Nullable Carrier due(Instant now) {
    synchronized (lock) {
      if (toClose.isEmpty()) {
        begin(now);
      }
      if (began == null) {
        return null;
      }
      Carrier next =
          closed < pace.dueAfter(Duration.between(began, now).plus(SLICE)) ? toClose.poll() : null;
      closed += next == null ? 0 : 1;
      if (toClose.isEmpty()) {
        began = null;
      }
      return next;
    }
  }

  private void begin(Instant now) {
    if (ordered > 0) {
      toClose = new ArrayDeque<>(registry.connections().stream().limit(ordered).toList());
      pace = ClosePace.of(toClose.size(), gate.returnsPerSecond(), LONGEST);
      began = toClose.isEmpty() ? null : now;
      closed = 0;
      ordered = 0;
      log.info("{} WebSockets are closed over {} ms", pace.count(), pace.over().toMillis());
    }
  }

  private double rate(Instant now) {
    long messages = intake.offered();
    double seconds = lastCount == null ? 0 : Duration.between(lastCount, now).toMillis() / 1e3;
    // Asked twice at nearly the same time, the second answer would mean little.
    if (lastCount == null || seconds >= 1) {
      messagesPerSecond = lastCount == null ? 0 : (messages - messagesBefore) / seconds;
      messagesBefore = messages;
      lastCount = now;
    }
    return messagesPerSecond;
  }
}
