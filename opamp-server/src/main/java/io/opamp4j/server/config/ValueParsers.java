package io.opamp4j.server.config;

import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notations of values. Strict: what could be read in two ways is refused. */
final class ValueParsers {
  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,17}");
  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,11})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,17})(B|KiB|MiB|GiB)?");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,}(%[A-Za-z0-9]+)?]?");
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private static final Set<String> AGENT_SCHEMES = Set.of("ws", "wss", "http", "https");

  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final Map<String, Integer> SIZES = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);

  private ValueParsers() {}

  /** Any text, as it is. */
  static ValueParser<String> text() {
    return text -> text;
  }

  /** A whole number in plain decimal digits: no sign but minus, no leading zeros (octal?). */
  static ValueParser<Integer> integer(int min, int max) {
    return text -> {
      if (INTEGER.matcher(text).matches()) {
        long value = Long.parseLong(text);
        if (value >= min && value <= max) {
          return (int) value;
        }
      }
      throw new InvalidValueException("must be a whole number from " + min + " to " + max);
    };
  }

  /** {@code true} or {@code false}. */
  static ValueParser<Boolean> flag() {
    return text -> {
      if (text.equals("true") || text.equals("false")) {
        return text.equals("true");
      }
      throw new InvalidValueException("must be true or false");
    };
  }

  /** A number and its unit without a space: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}. */
  static ValueParser<Duration> duration(Duration min, Duration max) {
    return text -> {
      Matcher matcher = DURATION.matcher(text);
      if (!matcher.matches()) {
        throw new InvalidValueException(
            "must be a duration such as 500ms, 30s, 5m, 1h or 7d, with its unit");
      }
      Duration unit = UNITS.getOrDefault(matcher.group(2), Duration.ZERO);
      BigInteger millis =
          new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unit.toMillis()));
      if (millis.compareTo(BigInteger.valueOf(min.toMillis())) < 0
          || millis.compareTo(BigInteger.valueOf(max.toMillis())) > 0) {
        throw new InvalidValueException("must be from " + show(min) + " to " + show(max));
      }
      return Duration.ofMillis(millis.longValueExact());
    };
  }

  /** {@code off}, or a duration. */
  static ValueParser<Optional<Duration>> durationOrOff(Duration min, Duration max) {
    ValueParser<Duration> duration = duration(min, max);
    return text -> {
      if (text.equals("off")) {
        return Optional.empty();
      }
      try {
        return Optional.of(duration.parse(text));
      } catch (InvalidValueException e) {
        throw new InvalidValueException(e.getMessage() + "; or off");
      }
    };
  }

  /** Bytes, or a number and a binary unit without a space: {@code 64MiB}. */
  static ValueParser<Integer> size(int min, int max) {
    return text -> {
      Matcher matcher = SIZE.matcher(text);
      if (!matcher.matches()) {
        throw new InvalidValueException("must be a size such as 1048576, 512KiB, 64MiB or 1GiB");
      }
      String unit = matcher.group(2) == null ? "B" : matcher.group(2);
      BigInteger bytes = new BigInteger(matcher.group(1)).shiftLeft(SIZES.getOrDefault(unit, 0));
      if (bytes.compareTo(BigInteger.valueOf(min)) < 0
          || bytes.compareTo(BigInteger.valueOf(max)) > 0) {
        throw new InvalidValueException("must be from " + showSize(min) + " to " + showSize(max));
      }
      return bytes.intValueExact();
    };
  }

  /** An IP address or a host name; no look-up, no port. */
  static ValueParser<String> host() {
    return text -> {
      if (!HOST.matcher(text).matches() || text.length() > 255) {
        throw new InvalidValueException(
            "must be an IP address or a host name, without scheme and port");
      }
      return text;
    };
  }

  /** An absolute URL path outside what the server keeps for itself. */
  static ValueParser<String> agentsPath() {
    return text -> {
      if (!PATH.matcher(text).matches()) {
        throw new InvalidValueException(
            "must be a path such as /v1/opamp: letters, digits and .-_~ between single slashes");
      }
      if (text.equals("/api") || text.startsWith("/api/")) {
        throw new InvalidValueException("must not be below /api, where the REST API is");
      }
      return text;
    };
  }

  /** {@code auto}, or a name that can stand in a path. */
  static ValueParser<Optional<String>> nodeNameOrAuto() {
    return text -> {
      if (!NODE.matcher(text).matches()) {
        throw new InvalidValueException(
            "must be up to 63 letters, digits, dots, dashes and underscores; or auto");
      }
      return text.equals("auto") ? Optional.empty() : Optional.of(text);
    };
  }

  /** {@code none}, or a complete URL at which agents connect. */
  static ValueParser<Optional<URI>> endpointOrNone() {
    return text -> {
      if (text.equals("none")) {
        return Optional.empty();
      }
      try {
        URI url = new URI(text);
        boolean known = url.getScheme() != null && AGENT_SCHEMES.contains(url.getScheme());
        if (known && url.getHost() != null) {
          return Optional.of(url);
        }
      } catch (URISyntaxException e) {
        throw new InvalidValueException("is no URL: " + e.getReason());
      }
      throw new InvalidValueException(
          "must be none, or a URL with host that begins with ws, wss, http or https");
    };
  }

  /** The shortest notation that {@link #duration} reads back to the same value. */
  static String show(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      long size = UNITS.getOrDefault(unit, Duration.of(1, ChronoUnit.MILLIS)).toMillis();
      if (millis % size == 0) {
        return millis / size + unit;
      }
    }
    return millis + "ms";
  }

  static String showSize(int bytes) {
    for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
      int shift = SIZES.getOrDefault(unit, 0);
      if (bytes != 0 && bytes % (1 << shift) == 0) {
        return (bytes >> shift) + unit;
      }
    }
    return bytes + "B";
  }
}
