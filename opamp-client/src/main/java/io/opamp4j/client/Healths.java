package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.ComponentHealth;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Writes the health of an agent and its parts so that it keeps what the protocol asks: what does
 * not run has no start time (HEALTH-02), and what is not healthy says why (HEALTH-03). Parts of
 * parts are put together with {@link #whole} too.
 */
public final class Healths {
  /** How many levels fit under the root: each costs two of what a message may be nested. */
  static final int DEEPEST = Messages.NESTING_LIMIT / 2 - 1;

  private Healths() {}

  /**
   * It runs and is well.
   *
   * @param since when it started
   * @param status in the agent's own words; may be empty (HEALTH-04)
   */
  public static ComponentHealth running(Instant since, String status) {
    return ComponentHealth.newBuilder()
        .setHealthy(true)
        .setStartTimeUnixNano(nanos(since))
        .setStatus(status)
        .build();
  }

  /**
   * It runs and is not well.
   *
   * @param error what is wrong, for the operator; must not be blank
   */
  public static ComponentHealth failing(Instant since, String status, String error) {
    return ComponentHealth.newBuilder()
        .setStartTimeUnixNano(nanos(since))
        .setStatus(status)
        .setLastError(reason(error))
        .build();
  }

  /**
   * It does not run.
   *
   * @param why for the operator; must not be blank
   */
  public static ComponentHealth stopped(String status, String why) {
    return ComponentHealth.newBuilder().setStatus(status).setLastError(reason(why)).build();
  }

  /**
   * The agent as a whole (HEALTH-01), or a part that has parts: it runs, and is well if all its
   * parts are. If not, its error names those that are not.
   *
   * @param parts by name
   */
  public static ComponentHealth whole(
      Instant since, String status, Map<String, ComponentHealth> parts) {
    String errors =
        new TreeMap<>(parts)
            .entrySet().stream()
                .filter(part -> !part.getValue().getHealthy())
                .map(part -> part.getKey() + ": " + part.getValue().getLastError())
                .collect(Collectors.joining("; "));
    ComponentHealth self =
        errors.isEmpty() ? running(since, status) : failing(since, status, errors);
    return self.toBuilder().putAllComponentHealthMap(parts).build();
  }

  /**
   * Refuses at the edge what no server could read.
   *
   * @throws IllegalArgumentException if the tree is deeper than messages may be nested
   */
  static ComponentHealth checked(ComponentHealth health) {
    if (isDeeperThan(requireNonNull(health, "health"), DEEPEST)) {
      throw new IllegalArgumentException(
          "a health tree has at most " + DEEPEST + " levels under its root");
    }
    return health;
  }

  private static boolean isDeeperThan(ComponentHealth health, int levels) {
    if (levels < 0) {
      return true;
    }
    for (ComponentHealth part : health.getComponentHealthMapMap().values()) {
      if (isDeeperThan(part, levels - 1)) {
        return true;
      }
    }
    return false;
  }

  private static String reason(String error) {
    if (error.isBlank()) {
      throw new IllegalArgumentException("what is not healthy needs a reason: '" + error + "'");
    }
    return error;
  }

  /** A start time of zero means that it does not run. */
  private static long nanos(Instant since) {
    if (!since.isAfter(Instant.EPOCH)) {
      throw new IllegalArgumentException("a start time is after 1970: " + since);
    }
    return Math.addExact(TimeUnit.SECONDS.toNanos(since.getEpochSecond()), since.getNano());
  }
}
