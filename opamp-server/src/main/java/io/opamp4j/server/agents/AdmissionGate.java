package io.opamp4j.server.agents;

import io.opamp4j.core.timing.Admission;
import io.opamp4j.core.timing.Admission.Load;
import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.core.timing.Admission.Refusal;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The one door for agents of both transports: counts their connections, and asks the {@link
 * Admission} who is let in and when the others are to come back (THROTTLE-06, THROTTLE-07). Beyond
 * seven eighths of the memory for messages no new work is let in, so that what is under way can
 * end. Thread-safe; held for moments only, so I/O threads may call it.
 */
public final class AdmissionGate {
  /** TCP connections beyond those of agents. */
  static final int RESERVE = 1_000;

  private final MemoryBudget memory;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final int maxConnections;

  private final Object lock = new Object();
  // Guarded by lock.
  private final Admission admission;
  private final Map<Reason, Long> refused = new EnumMap<>(Reason.class);
  private int open;
  private int connections;
  private volatile boolean draining;

  public AdmissionGate(
      ServerConfig.Admission config,
      MemoryBudget memory,
      InstantSource clock,
      RandomGenerator chance) {
    this.memory = memory;
    this.clock = clock;
    this.chance = chance;
    this.maxConnections = config.maxConnections();
    this.admission =
        new Admission(config.maxConnections(), config.acceptRate(), config.minRetryAfter());
    for (Reason reason : Reason.values()) {
      refused.put(reason, 0L);
    }
  }

  /**
   * A place for a new TCP connection, not taken by an agent yet; empty if there are so many that
   * not even a refusal is possible. More are let in than agents may have, since operators use the
   * same port and must not be shut out by agents.
   */
  public Optional<Seat> seat() {
    synchronized (lock) {
      if (open >= maxConnections + RESERVE) {
        refused.merge(Reason.FULL, 1L, Long::sum);
        return Optional.empty();
      }
      open++;
      return Optional.of(new Seat());
    }
  }

  /**
   * From now on nobody is let in: the server is about to stop.
   *
   * @param longest how long it may take until the server is gone; nobody is asked to come back
   *     sooner
   */
  public void drain(Duration longest) {
    synchronized (lock) {
      admission.drain(clock.instant().plus(longest));
      draining = true;
    }
  }

  /** There is no room or nobody free for a message that came in. */
  public Refusal overloaded() {
    synchronized (lock) {
      return counted(admission.overloaded(clock.instant(), chance));
    }
  }

  /** When an agent is to come back of which too much is waiting, though the server has room. */
  public Duration returnIn() {
    synchronized (lock) {
      return admission.returnIn(clock.instant(), chance);
    }
  }

  /** How many agents per second may be asked to come back. */
  public double returnsPerSecond() {
    synchronized (lock) {
      return admission.returnsPerSecond(clock.instant());
    }
  }

  /** What goes on at the door. */
  public Status status() {
    synchronized (lock) {
      return new Status(
          connections,
          maxConnections,
          draining,
          Map.copyOf(refused),
          memory.used(),
          memory.limit());
    }
  }

  private boolean isOverloaded() {
    return memory.used() > memory.limit() / 8 * 7;
  }

  private Load load() {
    return new Load(connections, isOverloaded());
  }

  private Refusal counted(Refusal refusal) {
    refused.merge(refusal.reason(), 1L, Long::sum);
    return refusal;
  }

  /**
   * What goes on at the door.
   *
   * @param connections of agents: WebSockets, and TCP connections on which one has posted
   * @param maxConnections how many may be open
   * @param draining whether the server is about to stop
   * @param refused how many were refused since the start, by reason; every reason is there
   * @param bufferedBytes of messages that have not arrived whole or wait for work
   * @param maxBufferedBytes how many there may be
   */
  public record Status(
      int connections,
      int maxConnections,
      boolean draining,
      Map<Reason, Long> refused,
      long bufferedBytes,
      long maxBufferedBytes) {}

  /**
   * The place of one TCP connection, taken when an agent first uses it. Owned by the connection's
   * thread.
   */
  public final class Seat {
    private boolean taken;
    private boolean over;

    private Seat() {}

    /** An agent wants to open a WebSocket here. Empty if it may. */
    public Optional<Refusal> connect() {
      synchronized (lock) {
        return answer(admission.connect(clock.instant(), load(), taken, chance));
      }
    }

    /** An agent posts a message here. Empty if it may. */
    public Optional<Refusal> request() {
      if (taken && !draining && !isOverloaded()) {
        return Optional.empty();
      }
      synchronized (lock) {
        return answer(admission.request(clock.instant(), load(), taken, chance));
      }
    }

    /** The TCP connection has ended. Does nothing the second time. */
    public void leave() {
      if (over) {
        return;
      }
      over = true;
      synchronized (lock) {
        open--;
        connections -= taken ? 1 : 0;
      }
    }

    private Optional<Refusal> answer(Optional<Refusal> refusal) {
      if (refusal.isPresent()) {
        return Optional.of(counted(refusal.get()));
      }
      if (!taken && !over) {
        taken = true;
        connections++;
      }
      return refusal;
    }
  }
}
