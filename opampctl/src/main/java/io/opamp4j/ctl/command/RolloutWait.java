package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Progress;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks how a rollout does until it comes to rest. A server that is away for a while, as in a
 * restart, does not end the waiting.
 */
final class RolloutWait {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int MOST_FAILURES = 60;

  private final Session session;
  private final Api api;
  private final boolean rollingBack;

  /**
   * @param rollingBack whether to be rolled back is what is wanted
   */
  RolloutWait(Session session, Api api, boolean rollingBack) {
    this.session = session;
    this.api = api;
    this.rollingBack = rollingBack;
  }

  /**
   * Waits.
   *
   * @param first how it stands now
   * @param limit null for none
   * @return how it stands then, and the exit code that says it
   */
  Rest await(String name, JsonNode first, @Nullable Duration limit) {
    Progress progress = session.progress();
    Instant start = session.now();
    JsonNode rollout = first;
    try {
      while (true) {
        show(progress, rollout);
        Optional<Integer> exitCode = exitCode(Json.text(rollout, "/phase"), rollingBack);
        if (exitCode.isPresent()) {
          return new Rest(rollout, exitCode.get());
        }
        if (limit != null && Duration.between(start, session.now()).compareTo(limit) >= 0) {
          progress.end();
          session.console().remark("it did not come to rest in time; it goes on");
          return new Rest(rollout, ExitCode.HALTED);
        }
        session.pause(INTERVAL);
        rollout = read(name);
      }
    } finally {
      progress.end();
    }
  }

  /** A rollout that does not move any more. */
  record Rest(JsonNode rollout, int exitCode) {}

  /** Empty while it moves. Pure. */
  static Optional<Integer> exitCode(String phase, boolean rollingBack) {
    return switch (phase) {
      case "Done", "Waiting" -> Optional.of(ExitCode.OK);
      case "RolledBack" -> Optional.of(rollingBack ? ExitCode.OK : ExitCode.HALTED);
      case "Paused", "Cancelled" -> Optional.of(ExitCode.HALTED);
      default -> Optional.empty();
    };
  }

  private JsonNode read(String name) {
    for (int failures = 1; ; failures++) {
      try {
        return api.get(Api.path("configurations", name, "rollout"), new Query()).body();
      } catch (CtlException e) {
        if (!e.mayPass() || failures == MOST_FAILURES) {
          throw e;
        }
      }
      session.pause(INTERVAL);
    }
  }

  private static void show(Progress progress, JsonNode rollout) {
    long total = sum(rollout, "/total");
    long applied = sum(rollout, "/applied");
    long failed = sum(rollout, "/failed");
    String stage = Json.text(rollout, "/stage");
    progress.show(
        applied,
        failed,
        total,
        "%s: %s%s, %d of %d applied, %d failed"
            .formatted(
                RolloutText.versions(rollout),
                Json.text(rollout, "/phase"),
                stage.isEmpty() ? "" : ", stage " + stage,
                applied,
                total,
                failed));
  }

  private static long sum(JsonNode rollout, String member) {
    return Json.elements(rollout, "/stages").mapToLong(stage -> Json.number(stage, member)).sum();
  }
}
