package io.opamp4j.server.rest;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the constants of rollouts are called in answers: {@code RollingBack}. */
final class RolloutNames {
  private RolloutNames() {}

  static String of(Enum<?> constant) {
    return Arrays.stream(constant.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
