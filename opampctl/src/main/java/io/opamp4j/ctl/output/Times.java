package io.opamp4j.ctl.output;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people read and write them. Pure. */
public final class Times {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "ms", ChronoUnit.MILLIS,
          "s", ChronoUnit.SECONDS,
          "m", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS);

  private Times() {}

  /**
   * Reads a duration with its unit, such as {@code 90s}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "must be a duration with its unit, such as 500ms, 90s, 5m, 1h or 1d, not '" + text + "'");
    }
    ChronoUnit unit = UNITS.getOrDefault(matcher.group(2), ChronoUnit.SECONDS);
    return unit.getDuration().multipliedBy(Long.parseLong(matcher.group(1)));
  }

  /** How long ago a time in ISO form was, in its largest unit; empty if there is no such time. */
  public static String ago(String time, Instant now) {
    if (time.isEmpty()) {
      return "";
    }
    try {
      return brief(Duration.between(Instant.parse(time), now));
    } catch (DateTimeException e) {
      return time;
    }
  }

  /** To the second; what is no time comes back as it is. */
  public static String toSecond(String time) {
    try {
      return time.isEmpty() ? "" : Instant.parse(time).truncatedTo(ChronoUnit.SECONDS).toString();
    } catch (DateTimeException e) {
      return time;
    }
  }

  /** In its largest unit. */
  public static String brief(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
