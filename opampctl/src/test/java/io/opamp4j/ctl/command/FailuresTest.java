package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
  @TempDir Path home;
  private final StubServer server = new StubServer();

  @AfterEach
  void tearDown() {
    server.close();
  }

  private Terminal.Outcome answered(StubServer.Reply reply) {
    server.on("GET /agents/u1", reply);
    return new Terminal(home).to(server).run("agents", "get", "u1");
  }

  @ParameterizedTest
  @CsvSource({
    "400, 1", "401, 1", "403, 1", "404, 4", "409, 5", "412, 5", "413, 1", "428, 5", "429, 1",
    "500, 1", "503, 1", "301, 1",
  })
  void everyStatusHasItsExitCode(int status, int exitCode) {
    Terminal.Outcome outcome = answered(StubServer.Reply.status(status));
    assertThat(outcome.exitCode()).isEqualTo(exitCode);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("opampctl: the server answered " + status + "\n");
  }

  @Test
  void aProblemIsItsDetailAndALineForEachField() {
    Terminal.Outcome outcome =
        answered(
            StubServer.Reply.problem(
                400,
                """
                {"title":"Invalid request","status":400,"detail":"the configuration is not valid",\
                "errors":[{"field":"selector","message":"column 15: expected a value","column":15},\
                {"field":"files.c.yaml","message":"is no YAML","line":3,"column":5},\
                {"field":"","message":"is too short"},{"field":"a\\u001b[2J","message":"m"}]}\
                """));
    assertThat(outcome.err())
        .isEqualTo(
            """
            opampctl: the configuration is not valid
              selector: column 15: expected a value
              files.c.yaml, line 3, column 5: is no YAML
              the body: is too short
              a\\u001b[2J: m
            """);
  }

  @Test
  void aFailureOfTheServerNamesItsErrorId() {
    assertThat(
            answered(
                    StubServer.Reply.problem(
                        500, "{\"title\":\"Internal error\",\"errorId\":\"e-1\"}"))
                .err())
        .isEqualTo("opampctl: Internal error\nerror id e-1: the server's log has more under it\n");
  }

  @Test
  void aServerThatIsBusySaysWhenToComeBack() {
    assertThat(answered(new StubServer.Reply(503, Map.of("Retry-After", "30"), "no json")).err())
        .isEqualTo("opampctl: the server answered 503\ntry again in 30 s\n");
  }

  @Test
  void aRedirectIsNotFollowed() {
    Terminal.Outcome outcome =
        answered(new StubServer.Reply(302, Map.of("Location", "http://127.0.0.1:1/"), ""));
    assertThat(outcome.err()).contains("redirects are not followed");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"<html>, is not a JSON object", "[1], is not a JSON object", "7, is not a JSON"})
  void anAnswerThatIsNoneOfOursIsSaidToBeStrange(String body, String message) {
    Terminal.Outcome outcome = answered(StubServer.Reply.ok(body));
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("this does not look like an opamp4j server", message);
  }

  @Test
  void aServerThatIsNotThereEndsWith3() {
    Terminal terminal = new Terminal(home).to(server);
    server.close();
    Terminal.Outcome outcome = terminal.run("status");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err())
        .isEqualTo(
            "opampctl: cannot reach " + server.url() + ": the connection was not accepted\n");
  }

  @Test
  void aHostThatDoesNotExistEndsWith3() {
    Terminal.Outcome outcome =
        new Terminal(home).run("status", "--server", "http://no-such-host.invalid");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err()).contains("cannot reach http://no-such-host.invalid: ");
  }

  @Test
  void aServerThatDoesNotAnswerInTimeEndsWith3AndAWriteIsInDoubt() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Terminal.Outcome read =
          new Terminal(home).run("status", "--server", url, "--timeout", "300ms");
      assertThat(read.exitCode()).isEqualTo(3);
      assertThat(read.err())
          .isEqualTo("opampctl: cannot reach " + url + ": no answer within 0.3 s\n");
      Terminal.Outcome write =
          new Terminal(home).run("agents", "restart", "u", "--server", url, "--timeout", "300ms");
      assertThat(write.err()).contains("whether the change was made is not known");
    }
  }

  @Test
  void aStorageThatFailsMakesTheStatusFail() {
    server.on(
        "GET /status",
        """
        {"version":"1","node":"n","storage":{"description":"h2","ok":false,"message":"full"},\
        "agents":{"total":3,"byState":{"Connected":2,"Error":1,"Pending":0}},\
        "admission":{"connections":2,"maxConnections":9,"draining":true}}\
        """);
    Terminal.Outcome outcome = new Terminal(home).to(server).run("status");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .isEqualTo(
            """
            Version:      1
            Node:         n
            Storage:      h2, which fails: full
            Agents:       3
            States:       2 Connected, 1 Error
            Connections:  2 of at most 9
            Stopping:     yes
            """);
  }
}
