package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The packaged command line, started by its script in one folder, with contexts of its own. What is
 * typed and printed is kept.
 */
final class Ctl {
  private final Path folder;
  private final Transcript transcript;

  Ctl(Path folder, Transcript transcript) {
    this.folder = folder;
    this.transcript = transcript;
  }

  /** Makes this server the one that is meant from now on. */
  void use(URI server) {
    ok("context", "set", "here", "--server", server.toString());
  }

  /** Starts it; the process is the caller's to await or to end. */
  ServerProcess start(String... args) {
    List<String> command = new ArrayList<>();
    command.add(ServerProcess.distribution().toAbsolutePath().resolve("bin/opampctl").toString());
    command.addAll(List.of(args));
    return new ServerProcess.Launch(
            command,
            folder,
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "OPAMPCTL_CONFIG",
                folder.resolve("contexts.yaml").toString()))
        .start();
  }

  /** Waits until what was started with these arguments has ended by itself. */
  ServerProcess.Result end(ServerProcess started, String... args) {
    try (started) {
      ServerProcess.Result result = started.awaitExit();
      transcript.command("opampctl", List.of(args), result);
      return result;
    }
  }

  ServerProcess.Result run(String... args) {
    return end(start(args), args);
  }

  /** What it printed; it has to succeed and say nothing else. */
  String ok(String... args) {
    ServerProcess.Result result = run(args);
    assertThat(result.exitCode()).as("%s%n%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    return result.out();
  }

  /** The same, asked for as JSON. */
  JsonNode json(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("-o", "json"));
    String text = ok(all.toArray(String[]::new));
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }
}
