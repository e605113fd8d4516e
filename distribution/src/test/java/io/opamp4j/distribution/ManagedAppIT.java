package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example application as its users start it, against the packaged server. */
class ManagedAppIT {
  private static final Path JAR =
      ServerProcess.distribution().resolve("../../../examples/managed-app/target/managed-app.jar");
  private static final Pattern UID = Pattern.compile("this agent is (\\S+)");
  private static final Pattern GOOD_MORNING = Pattern.compile("^Good morning$");

  @TempDir Path folder;

  @Test
  void aGoodConfigurationRunsABadOneChangesNothingAndARestartKeepsBothUidAndConfiguration() {
    ServerProcess server = ServerProcess.jar(folder, "--server.port=0").start();
    int port = server.port();
    Rest rest = new Rest(server.url());
    ServerProcess app =
        app("--server", "ws://127.0.0.1:" + port + "/v1/opamp", "--state", "state").start();
    try {
      InstanceUid uid = uid(app);
      JsonNode listed = rest.awaitState(uid, "Connected");
      assertThat(listed.at("/description/identifying/service.name").asText())
          .isEqualTo("managed-app");
      assertThat(listed.at("/description/identifying/service.instance.id").asText())
          .isEqualTo(uid.toString());
      assertThat(listed.at("/description/nonIdentifying/os.type").asText()).isNotEmpty();
      assertThat(listed.at("/health/components/greeter/status").asText())
          .isEqualTo("greets every 5 s");
      assertThat(effective(listed)).contains("message: Hello");

      rest.post("/api/v1/configurations", configuration("message: Good morning", 1, "seconds"));
      JsonNode applied =
          rest.awaitAgent(
              uid,
              "applies the configuration",
              agent -> agent.at("/remoteConfigStatus/status").asText().equals("APPLIED"));
      assertThat(effective(applied)).contains("message: Good morning", "upper-case: false");
      app.awaitOut(GOOD_MORNING);

      rest.put("/api/v1/configurations/greeter", configuration("message: Good night", 1, "second"));
      JsonNode refused = rest.awaitState(uid, "Error");
      assertThat(refused.at("/remoteConfigStatus/status").asText()).isEqualTo("FAILED");
      assertThat(refused.at("/remoteConfigStatus/errorMessage").asText())
          .isEqualTo("line 2, column 1: unknown key 'interval-second'");
      assertThat(effective(refused)).contains("message: Good morning");
      app.awaitOutAfter(Pattern.compile("configuration refused: line 2"), GOOD_MORNING);

      order(rest, uid, Map.of("type", "restart"));
      app.awaitOutAfter(Pattern.compile("restarted"), GOOD_MORNING);
      order(
          rest,
          uid,
          Map.of(
              "type",
              "custom",
              "capability",
              "io.opamp4j.example.ping",
              "messageType",
              "ping",
              "text",
              "are you there"));
      app.awaitOut(Pattern.compile("ping from the server: are you there"));

      app.kill();
      server.kill();
      app = app.restart();
      assertThat(uid(app)).isEqualTo(uid);
      app.awaitOut(GOOD_MORNING);
      server = ServerProcess.jar(folder, "--server.port=" + port).start();
      JsonNode again = new Rest(server.url()).awaitState(uid, "Error");
      assertThat(effective(again)).contains("message: Good morning");
      assertThat(again.at("/remoteConfigStatus/status").asText())
          .as("not offered again")
          .isEqualTo("FAILED");
    } finally {
      app.close();
      server.close();
    }
  }

  @Test
  void anInterruptTakesLeaveOfTheServer() {
    try (ServerProcess server = ServerProcess.jar(folder, "--server.port=0").start();
        ServerProcess app = app("--server", "http://127.0.0.1:" + server.port()).start()) {
      Rest rest = new Rest(server.url());
      InstanceUid uid = uid(app);
      rest.awaitState(uid, "Connected");

      ServerProcess.Result result = app.terminate();

      assertThat(result.exitCode()).as(result.err()).isEqualTo(128 + 15);
      JsonNode gone = rest.awaitState(uid, "Disconnected");
      assertThat(gone.get("reason").asText()).contains("the agent said goodbye");
      assertThat(folder.resolve("managed-app-state/agent")).isRegularFile();
    }
  }

  @Test
  void aWrongOptionIsSaidWithTheUsage() {
    ServerProcess.Result result = app("--sever", "x").run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("unknown option --sever", "Usage: ");
    assertThat(app("--help").run().out()).contains("--state DIRECTORY");
  }

  private ServerProcess.Launch app(String... arguments) {
    return ServerProcess.anyJar(JAR, folder, List.of(arguments));
  }

  private static InstanceUid uid(ServerProcess app) {
    return InstanceUid.parse(app.awaitOut(UID).group(1));
  }

  private static String effective(JsonNode agent) {
    return agent.at("/effectiveConfig/files/greeter.yaml/body").asText();
  }

  private static void order(Rest rest, InstanceUid uid, Map<String, String> order) {
    rest.post("/api/v1/agents/" + uid + "/orders", order);
  }

  private static Map<String, Object> configuration(String message, int interval, String unit) {
    String body = message + "\ninterval-" + unit + ": " + interval + "\n";
    return Map.of(
        "name",
        "greeter",
        "selector",
        "service.name=managed-app",
        "files",
        Map.of("greeter.yaml", Map.of("contentType", "text/yaml", "body", body)));
  }
}
