package io.opamp4j.testkit.storage;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StorageSetting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Options from a map of texts, collecting the problems. Not thread-safe. Asking for a key that the
 * plug-in did not declare is an {@link IllegalArgumentException}, and so is a default that breaks
 * its own bounds: those are mistakes of the plug-in, not of the configuration.
 */
public final class TextOptions implements StorageOptions {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

  private final Map<String, StorageSetting> declared;
  private final Map<String, String> texts;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param declared the plug-in's settings
   * @param texts the values given; absent ones take their defaults
   */
  public TextOptions(List<StorageSetting> declared, Map<String, String> texts) {
    this.declared =
        declared.stream().collect(toUnmodifiableMap(StorageSetting::name, Function.identity()));
    this.texts = Map.copyOf(texts);
    this.texts.keySet().forEach(this::setting);
  }

  /** What was reported so far, each beginning with the key. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  @Override
  public String text(String name) {
    String defaultText = setting(name).defaultValue();
    return texts.getOrDefault(name, defaultText);
  }

  @Override
  public int integer(String name, int min, int max) {
    return parsed(
        name,
        text -> {
          int value = Integer.parseInt(text);
          return requireWithin(value, min, max);
        });
  }

  @Override
  public Duration duration(String name, Duration min, Duration max) {
    return parsed(name, text -> requireWithin(parseDuration(text), min, max));
  }

  @Override
  public boolean flag(String name) {
    return parsed(
        name,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("neither true nor false: " + text);
            });
  }

  @Override
  public void problem(String name, String message) {
    setting(name);
    problems.add(name + ": " + requireNonNull(message, "message"));
  }

  private <T> T parsed(String name, Function<String, T> parse) {
    T defaultValue = parse.apply(setting(name).defaultValue());
    try {
      return parse.apply(text(name));
    } catch (IllegalArgumentException e) {
      problem(name, String.valueOf(e.getMessage()));
      return defaultValue;
    }
  }

  private StorageSetting setting(String name) {
    StorageSetting setting = declared.get(name);
    if (setting == null) {
      throw new IllegalArgumentException("no such setting: " + name);
    }
    return setting;
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a duration: " + text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static <T extends Comparable<T>> T requireWithin(T value, T min, T max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException("must be " + min + " to " + max + ", not " + value);
    }
    return value;
  }
}
