package io.opamp4j.ctl.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the program in this process as a shell would. Its clock stands at 2026-11-22T12:00:00Z and
 * moves only while the program pauses.
 */
final class Terminal {
  static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  final Map<String, String> environment = new HashMap<>();
  final List<Duration> pauses = new ArrayList<>();
  private final Path home;
  private Instant now = START;
  private boolean isTerminal;
  private String input = "";

  Terminal(Path home) {
    this.home = home;
  }

  /** Every command goes to this server. */
  Terminal to(StubServer server) {
    environment.put("OPAMPCTL_SERVER", server.url());
    return this;
  }

  /** A person looks at both streams. */
  Terminal watched() {
    isTerminal = true;
    return this;
  }

  Terminal typing(String text) {
    input = text;
    return this;
  }

  /** What is left of a run. */
  record Outcome(int exitCode, String out, String err) {}

  Outcome run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = program(out, err).run(args);
    return new Outcome(exitCode, lines(out), lines(err));
  }

  Program program(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    Streams streams =
        new Streams(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, false, UTF_8),
            isTerminal,
            isTerminal,
            100);
    return new Program(
        new Surroundings(streams, environment, home, () -> now, () -> "key-1", this::pause));
  }

  private void pause(Duration time) {
    pauses.add(time);
    now = now.plus(time);
  }

  private static String lines(ByteArrayOutputStream bytes) {
    return bytes.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }
}
