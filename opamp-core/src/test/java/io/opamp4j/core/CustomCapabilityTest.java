package io.opamp4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomCapabilityTest {

  @ParameterizedTest(name = "CUSTOM-05: {0}")
  @ValueSource(
      strings = {
        "com.example.pause",
        "com.example.pause/v1",
        "com.bindplane.measurements.v1",
        "com.bindplane.opamp-gateway",
        "io.a_b.c/2.0-rc.1"
      })
  void takesAReversedHostNameWithAShortNameAndPerhapsAVersion(String name) {
    assertThat(CustomCapability.isName(name)).isTrue();
  }

  @ParameterizedTest(name = "CUSTOM-05: \"{0}\"")
  @ValueSource(
      strings = {
        "",
        "pause",
        "pause/v1",
        ".pause",
        "com.",
        "com..pause",
        "com.example.pause/",
        "com.example.pause/v1/v2",
        "com.example.pause v1",
        "com.exämple.pause",
        "com.example.pause\n"
      })
  void refusesEverythingElse(String name) {
    assertThat(CustomCapability.isName(name)).isFalse();
  }

  @Test
  void refusesNamesBeyondTheirLength() {
    String longest = "a.".repeat(127) + "a";
    assertThat(CustomCapability.isName(longest)).isTrue();
    assertThat(CustomCapability.isName(longest + "b")).isFalse();
  }
}
