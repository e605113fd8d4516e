package io.opamp4j.examples.managedapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GreeterConfigTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; Hello; 5; false",
        "message: Good morning; Good morning; 5; false",
        "'message: \"5\"'; 5; 5; false",
        "'{interval-seconds: 3600, upper-case: yes}'; Hello; 3600; true",
        "'interval-seconds: 1\nupper-case: False\nmessage: Hi # a comment'; Hi; 1; false",
      })
  void readsWhatIsThereAndTakesDefaultsForTheRest(
      String yaml, String message, int interval, boolean upperCase) throws Exception {
    assertThat(GreeterConfig.parse(yaml))
        .isEqualTo(new GreeterConfig(message, interval, upperCase));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; not a list of keys and values",
        "Hello; not a list of keys and values",
        "'- message: Hello'; not a list of keys and values",
        "mesage: Hello; 'line 1, column 1: unknown key ''mesage'''",
        "'message: Hello\ninterval: 5'; 'line 2, column 1: unknown key ''interval'''",
        "'[a]: b'; 'line 1, column 1: unknown key '''''",
        "message: 5; 'line 1, column 10: message must be text, not ''5'''",
        "message:; 'line 1, column 9: message must be text'",
        "'message: [a, b]'; 'line 1, column 10: message must be a single value'",
        "'message: a\nmessage: b'; 'line 2, column 1: message is there twice'",
        "interval-seconds: soon; 'line 1, column 19: interval-seconds must be a whole number'",
        "interval-seconds: 0; interval-seconds must be a whole number from 1 to 3600",
        "interval-seconds: -5; not '-5'",
        "interval-seconds: 3601; interval-seconds must be",
        "interval-seconds: 99999999999; interval-seconds must be",
        "interval-seconds: 0x10; interval-seconds must be",
        "interval-seconds: 1.5; interval-seconds must be",
        "'upper-case: \"yes\"'; 'line 1, column 13: upper-case must be true or false'",
        "'message: \"Hello'; line 1, column 16",
        "'message: a\n bad: b'; line 2",
        "'message: !!java.net.URL [x]'; 'line 1, column 10: Global tag is not allowed'",
        "'message: !!java.io.File x'; 'line 1, column 10: Global tag is not allowed'",
        "'message: a\n---\nmessage: b'; line 2",
        "'message: *nowhere'; line 1",
      })
  void saysWhatIsWrongAndWhere(String yaml, String problem) {
    assertThatThrownBy(() -> GreeterConfig.parse(yaml))
        .isExactlyInstanceOf(GreeterConfig.InvalidException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void whatIsInEffectReadsAsItself() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      StringBuilder message = new StringBuilder("m");
      for (int length = random.nextInt(12); length > 0; length--) {
        message.append(
            (char)
                (random.nextBoolean()
                    ? 0x20 + random.nextInt(0x5F)
                    : 0xA1 + random.nextInt(0xD000)));
      }
      GreeterConfig config =
          new GreeterConfig(message.toString(), 1 + random.nextInt(3600), random.nextBoolean());
      assertThat(GreeterConfig.parse(config.toYaml())).as(config.toYaml()).isEqualTo(config);
    }
    GreeterConfig five = new GreeterConfig("5", 5, true);
    assertThat(GreeterConfig.parse(five.toYaml())).isEqualTo(five);
  }
}
