package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0                                       | PT0S",
        "30                                      | PT30S",
        "' 120 '                                 | PT120S",
        "007                                     | PT7S",
        "-5                                      | PT0S",
        "86400                                   | PT24H",
        "86401                                   | PT24H",
        "99999999999999999999999999              | PT24H",
        "-99999999999999999999999999             | PT0S",
        "Sun, 06 Nov 1994 08:49:37 GMT           | PT37S",
        "Sunday, 06-Nov-94 08:49:37 GMT          | PT37S",
        "Sun Nov  6 08:49:37 1994                | PT37S",
        "Sun, 06 Nov 1994 08:48:00 GMT           | PT0S",
        "Sun, 06 Nov 1994 08:49:00 GMT           | PT0S",
        "Fri, 31 Dec 9999 23:59:59 GMT           | PT24H",
      })
  void throttle08SecondsAndDatesAreRead(String header, Duration wait) {
    assertThat(RetryAfter.parse(header, NOW)).contains(wait);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        " ",
        "soon",
        "1.5",
        "+5",
        "5s",
        "0x10",
        "--5",
        "٣",
        "2026-01-01T00:00:00Z",
        "Sun, 06 Nov 1994 08:49:37",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 36 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 28:49:37 GMT"
      })
  void anythingElseIsAsIfItWereNotThere(String header) {
    assertThat(RetryAfter.parse(header, NOW)).isEmpty();
  }

  @Test
  void aYearOfTwoDigitsIsAtMostFiftyYearsAhead() {
    Instant newYearsEve = Instant.parse("1999-12-31T23:59:50Z");

    assertThat(RetryAfter.parse("Saturday, 01-Jan-00 00:00:00 GMT", newYearsEve))
        .contains(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0", "PT30S, 30", "PT0.001S, 1", "PT1.5S, 2", "PT-5S, 0", "PT-0.5S, 0"})
  void throttle07IsWrittenInWholeSecondsRoundedUp(Duration wait, String header) {
    assertThat(RetryAfter.format(wait)).isEqualTo(header);
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(RetryAfter.parse(RetryAfter.format(Duration.ofSeconds(45)), NOW))
        .contains(Duration.ofSeconds(45));
  }
}
