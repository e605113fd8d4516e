package io.opamp4j.ctl.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "90s, PT90S", "5m, PT5M", "1h, PT1H", "7d, PT168H", "0s, PT0S"})
  void durationsHaveAUnit(String text, Duration expected) {
    assertThat(Times.duration(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "1.5h", "5 s", "5S", "9999999999s", "1h30m"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Times.duration(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "-5, 0s",
    "119, 119s",
    "120, 2m",
    "7199, 119m",
    "7200, 2h",
    "172799, 47h",
    "172800, 2d",
  })
  void agesAreInTheirLargestUnit(long seconds, String expected) {
    Instant then = Instant.parse("2026-11-22T12:00:00Z");
    assertThat(Times.ago(then.toString(), then.plusSeconds(seconds))).isEqualTo(expected);
  }

  @Test
  void whatIsNoTimeIsShownAsItIs() {
    assertThat(Times.ago("", Instant.EPOCH)).isEmpty();
    assertThat(Times.ago("soon", Instant.EPOCH)).isEqualTo("soon");
    assertThat(Times.toSecond("soon")).isEqualTo("soon");
  }

  @Test
  void textOfOthersCannotSteerTheTerminal() {
    assertThat(Plain.line("a\u001b[31m\r\n\tb\u009b\u007f\u202e\u2028ü"))
        .isEqualTo("a\\u001b[31m\\u000d\\n\\tb\\u009b\\u007f\\u202e\\u2028ü");
    assertThat(Plain.lines("a\n\tb\u001b")).isEqualTo("a\n\tb\\u001b");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, ........................",
    "0, 0, 10, ........................",
    "5, 1, 10, ############!!..........",
    "999, 0, 1000, #######################.",
    "999, 1, 1000, #######################!",
    "1000, 0, 1000, ########################",
    "1, 1, 1000, !.......................",
    "20, 5, 10, ########################",
    "-1, -1, 10, ........................",
  })
  void theBarIsFullOnlyWhenEverythingIsDone(long done, long failed, long total, String bar) {
    assertThat(Progress.bar(done, failed, total)).isEqualTo("[" + bar + "]");
  }

  @Test
  void aLineThatIsTooLongForTheTerminalIsCut() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, false, StandardCharsets.UTF_8);
    Progress progress = new Progress(stream, true, 40);
    progress.show(1, 0, 2, "x".repeat(100));
    progress.end();
    progress.end();
    String shown = bytes.toString(StandardCharsets.UTF_8).replace("\r\u001b[K", "");
    assertThat(shown.strip()).hasSize(39);
    assertThat(shown.lines()).hasSize(1);
  }
}
