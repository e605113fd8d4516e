package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * One part of the server that must be started and stopped. Each package's module contributes its
 * steps to the set of them:
 *
 * <pre>{@code
 * @ProvidesIntoSet
 * LifecycleStep sweep(HeartbeatSweep sweep) {
 *   return new LifecycleStep(Phase.AGENTS, "heartbeat sweep", sweep::start, sweep::stop);
 * }
 * }</pre>
 *
 * <p>Steps start in the order of their phases, by name within a phase, and stop in reverse. {@code
 * stop} is called once for each step whose {@code start} was called, also when that start failed or
 * was given up after its timeout, so it must cope with a part that is half started. Both run on a
 * thread of the lifecycle's and are interrupted when they take too long.
 *
 * @param phase when, relative to the others
 * @param name for people, such as {@code listener}
 * @param start returns when the part works
 * @param stop returns when the part has released everything
 * @param stopTimeout how long {@code stop} may take before the others go on without it
 */
public record LifecycleStep(
    Phase phase, String name, Action start, Action stop, Duration stopTimeout) {
  /** How long a stop may take unless a step says otherwise. */
  public static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  public LifecycleStep {
    requireNonNull(phase, "phase");
    requireNonNull(name, "name");
    requireNonNull(start, "start");
    requireNonNull(stop, "stop");
    requireNonNull(stopTimeout, "stopTimeout");
  }

  /** A step that stops within {@link #STOP_TIMEOUT}. */
  public LifecycleStep(Phase phase, String name, Action start, Action stop) {
    this(phase, name, start, stop, STOP_TIMEOUT);
  }

  /** The order of the start. A phase may use what the phases before it have started. */
  public enum Phase {
    /** The state can be read and written. */
    STORAGE,
    /** It is known what every agent should have. */
    FLEET,
    /** Agents can be served. */
    AGENTS,
    /** What happens because time passes begins to happen. */
    TIMER,
    /** The port is open; it is closed first when the server stops. */
    LISTENER
  }

  /** What a step does. */
  @FunctionalInterface
  public interface Action {
    /** A part that needs nothing done at this end of its life. */
    Action NOTHING = () -> {};

    /** Does it, or says why not. */
    void run() throws Exception;
  }
}
