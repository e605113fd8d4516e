package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Whatever stands in Retry-After, what comes out is a wait that can be believed, or none. */
class RetryAfterFuzz {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @DictionaryEntries({
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "99999999999999999999"
  })
  @FuzzTest
  void parse(byte[] bytes) {
    RetryAfter.parse(new String(bytes, StandardCharsets.UTF_8), NOW)
        .ifPresent(wait -> assertThat(wait).isBetween(Duration.ZERO, RetryAfter.MAX));
  }
}
