package io.opamp4j.server.agents;

import io.opamp4j.core.timing.Admission.Reason;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log that agents are refused: a line when it begins and once per minute while it goes
 * on, and one when it has ended. Confined to the thread that ticks.
 */
final class RefusalLog {
  static final Duration PAUSE = Duration.ofMinutes(1);
  static final Duration QUIET = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);

  private final AdmissionGate gate;
  private Map<Reason, Long> seen = Map.of();
  private Map<Reason, Long> told = Map.of();
  private Instant lastRefusal = Instant.EPOCH;
  private Instant nextLine = Instant.EPOCH;
  private boolean refusing;

  @Inject
  RefusalLog(AdmissionGate gate) {
    this.gate = gate;
  }

  /** Time has passed. */
  void tick(Instant now) {
    line(now)
        .ifPresent(
            line -> {
              if (refusing) {
                log.warn(line);
              } else {
                log.info(line);
              }
            });
  }

  Optional<String> line(Instant now) {
    Map<Reason, Long> refused = gate.status().refused();
    if (!more(refused, seen).isEmpty()) {
      lastRefusal = now;
      refusing = true;
      seen = refused;
    }
    Map<Reason, Long> fresh = more(refused, told);
    if (refusing && !now.isBefore(lastRefusal.plus(QUIET))) {
      refusing = false;
      nextLine = Instant.EPOCH;
      told = refused;
      return Optional.of("agents are let in again" + (fresh.isEmpty() ? "" : "; " + text(fresh)));
    }
    if (!fresh.isEmpty() && !now.isBefore(nextLine)) {
      nextLine = now.plus(PAUSE);
      told = refused;
      return Optional.of("agents are told to come back later; " + text(fresh));
    }
    return Optional.empty();
  }

  private static Map<Reason, Long> more(Map<Reason, Long> now, Map<Reason, Long> before) {
    Map<Reason, Long> more = new TreeMap<>();
    now.forEach(
        (reason, count) -> {
          long fresh = count - before.getOrDefault(reason, 0L);
          if (fresh > 0) {
            more.put(reason, fresh);
          }
        });
    return more;
  }

  private static String text(Map<Reason, Long> refused) {
    StringJoiner text = new StringJoiner(", ", "refused: ", "");
    refused.forEach(
        (reason, count) -> text.add(reason.name().toLowerCase(Locale.ROOT) + " " + count));
    return text.toString();
  }
}
