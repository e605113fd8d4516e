package io.opamp4j.examples.managedapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.examples.managedapp.ManagedApp.Options;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManagedAppTest {

  @Test
  void readsTheCommandLine() {
    assertThat(Options.of(List.of()))
        .isEqualTo(
            new Options(
                URI.create("ws://127.0.0.1:4320/v1/opamp"), Path.of("managed-app-state"), false));
    assertThat(Options.of(List.of("--state", "here", "--server", "https://fleet.example.com")))
        .isEqualTo(new Options(URI.create("https://fleet.example.com"), Path.of("here"), false));
    assertThat(Options.of(List.of("--help")).help()).isTrue();
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> Options.of(List.of("--sever", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--sever");
    assertThatThrownBy(() -> Options.of(List.of("--server")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a value");
    assertThatThrownBy(() -> Options.of(List.of("--server", "not a url")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
