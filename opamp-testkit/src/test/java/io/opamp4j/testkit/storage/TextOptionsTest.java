package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.storage.StorageSetting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextOptionsTest {
  private static final List<StorageSetting> DECLARED =
      List.of(
          new StorageSetting("path", "./data", "where"),
          new StorageSetting("size", "4", "how many"),
          new StorageSetting("delay", "500ms", "how long"),
          new StorageSetting("sync", "true", "whether"));

  @Test
  void absentKeysTakeTheirDefaults() {
    TextOptions options = new TextOptions(DECLARED, Map.of());
    assertThat(options.text("path")).isEqualTo("./data");
    assertThat(options.integer("size", 1, 9)).isEqualTo(4);
    assertThat(options.duration("delay", Duration.ZERO, Duration.ofSeconds(1)))
        .isEqualTo(Duration.ofMillis(500));
    assertThat(options.flag("sync")).isTrue();
    assertThat(options.problems()).isEmpty();
  }

  @Test
  void badValuesAreReportedAndReplacedByTheDefault() {
    TextOptions options =
        new TextOptions(DECLARED, Map.of("size", "10", "delay", "soon", "sync", "yes"));
    assertThat(options.integer("size", 1, 9)).isEqualTo(4);
    assertThat(options.duration("delay", Duration.ZERO, Duration.ofSeconds(1)))
        .isEqualTo(Duration.ofMillis(500));
    assertThat(options.flag("sync")).isTrue();
    options.problem("path", "must be short");

    assertThat(options.problems())
        .containsExactly(
            "size: must be 1 to 9, not 10",
            "delay: not a duration: soon",
            "sync: neither true nor false: yes",
            "path: must be short");
  }

  @Test
  void askingForWhatWasNotDeclaredIsAMistakeOfThePlugin() {
    TextOptions options = new TextOptions(DECLARED, Map.of());
    assertThatThrownBy(() -> options.text("other")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.problem("other", "bad"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.integer("size", 5, 9))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TextOptions(DECLARED, Map.of("other", "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
