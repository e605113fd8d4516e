package io.opamp4j.core.wire;

import static java.time.temporal.ChronoField.YEAR;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code Retry-After} header in both its forms (THROTTLE-07, THROTTLE-08). */
public final class RetryAfter {
  /** The longest wait that is believed; who asks for more is asked again after this time. */
  public static final Duration MAX = Duration.ofDays(1);

  private static final Pattern SECONDS = Pattern.compile("-?[0-9]+");

  private RetryAfter() {}

  /**
   * How long to wait. A time that has passed, or a negative number, means no wait; more than {@link
   * #MAX} is cut to it.
   *
   * @param value the header, or null if there is none
   * @param now the time the answer arrived
   * @return empty if there is no header or it is neither a whole number of seconds nor an HTTP date
   */
  public static Optional<Duration> parse(@Nullable String value, Instant now) {
    if (value == null) {
      return Optional.empty();
    }
    String text = value.strip();
    if (SECONDS.matcher(text).matches()) {
      return Optional.of(seconds(text));
    }
    return date(text, now).map(date -> clamp(Duration.between(now, date)));
  }

  /** The header as whole seconds, rounded up so that nobody comes back too early. */
  public static String format(Duration wait) {
    if (wait.isNegative()) {
      return "0";
    }
    return Long.toString(wait.getSeconds() + (wait.getNano() > 0 ? 1 : 0));
  }

  private static Duration seconds(String digits) {
    try {
      return clamp(Duration.ofSeconds(Long.parseLong(digits)));
    } catch (NumberFormatException e) {
      return digits.startsWith("-") ? Duration.ZERO : MAX;
    }
  }

  private static Duration clamp(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(MAX) > 0 ? MAX : wait;
  }

  private static Optional<Instant> date(String text, Instant now) {
    for (DateTimeFormatter format : formats(now)) {
      try {
        return Optional.of(LocalDateTime.parse(text, format).toInstant(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        // Not in this format: the next one may fit.
        continue;
      }
    }
    return Optional.empty();
  }

  /** The three forms of RFC 9110, section 5.6.7; senders use the first, old ones the others. */
  private static List<DateTimeFormatter> formats(Instant now) {
    // A year of two digits is the one that lies at most 50 years ahead.
    int firstYear = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    return List.of(
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH),
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(YEAR, 2, 2, firstYear)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH),
        DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH));
  }
}
