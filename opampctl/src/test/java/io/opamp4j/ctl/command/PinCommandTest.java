package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.ctl.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinCommandTest {
  private static final String GET = "GET /agents/u1/pin";
  private static final String PUT = "PUT /agents/u1/pin";
  private static final String DELETE = "DELETE /agents/u1/pin";

  @TempDir Path home;
  private final StubServer server = new StubServer();
  private Terminal terminal;

  @BeforeEach
  void setUp() {
    terminal = new Terminal(home).to(server);
  }

  @AfterEach
  void tearDown() {
    server.close();
  }

  @Test
  void aPinReplacesTheOneThatWasRead() {
    server
        .on(GET, StubServer.Reply.tagged("\"7\"", "{\"revision\":7}"))
        .on(
            PUT,
            StubServer.Reply.ok("{\"configuration\":\"web\",\"revision\":8}"),
            StubServer.Reply.ok("{\"configuration\":\"web\",\"version\":3,\"revision\":9}"));

    assertThat(terminal.run("agents", "pin", "u1", "web").out()).isEqualTo("u1 is pinned to web\n");
    assertThat(server.last().body()).isEqualTo("{\"configuration\":\"web\"}");
    assertThat(server.last().header("If-Match")).isEqualTo("\"7\"");

    assertThat(terminal.run("agents", "pin", "u1", "web", "--version", "3").out())
        .isEqualTo("u1 is pinned to web v3\n");
    assertThat(server.last().body()).isEqualTo("{\"configuration\":\"web\",\"version\":3}");
  }

  @Test
  void aConfigurationThatDoesNotExistIsSaidToBeWrong() {
    server
        .on(GET, StubServer.Reply.tagged("\"0\"", "{\"revision\":0}"))
        .on(
            PUT,
            StubServer.Reply.problem(
                400,
                "{\"status\":400,\"detail\":\"the pin is not valid\",\"errors\":[{\"field\":"
                    + "\"configuration\",\"message\":\"must be the name of a configuration\"}]}"));
    Terminal.Outcome outcome = terminal.run("agents", "pin", "u1", "gone");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo(
            "opampctl: the pin is not valid\n"
                + "  configuration: must be the name of a configuration\n");
  }

  @Test
  void aPinIsTakenAwayIfThereIsOne() {
    server
        .on(
            GET,
            StubServer.Reply.tagged("\"8\"", "{\"configuration\":\"web\",\"revision\":8}"),
            StubServer.Reply.tagged("\"9\"", "{\"revision\":9}"))
        .on(DELETE, StubServer.Reply.status(204));

    assertThat(terminal.run("agents", "unpin", "u1").out())
        .isEqualTo("u1 is not pinned any more\n");
    assertThat(server.last().header("If-Match")).isEqualTo("\"8\"");
    Terminal.Outcome again = terminal.run("agents", "unpin", "u1", "-o", "json");
    assertThat(Json.parse(again.out()))
        .isEqualTo(Json.parse("{\"agent\":\"u1\",\"changed\":false}"));
    assertThat(server.lines()).containsExactly(GET, DELETE, GET);
  }

  @Test
  void manyArePinnedAndUnpinnedInOneRequestWithAKey() {
    server.on("POST /agents/actions", "{\"matched\":3,\"changed\":1,\"agents\":[]}");
    terminal.run("agents", "pin", "-l", "canary", "--yes", "web", "--version", "2");
    assertThat(server.last().body())
        .isEqualTo(
            "{\"action\":\"pin\",\"configuration\":\"web\",\"version\":2,"
                + "\"selector\":\"canary\",\"dryRun\":false}");
    assertThat(server.last().header("Idempotency-Key")).isNotEmpty();
    assertThat(terminal.run("agents", "unpin", "-l", "canary", "--dry-run").out())
        .isEqualTo("3 agents match, 1 would change\n");
    assertThat(server.last().body())
        .isEqualTo("{\"action\":\"unpin\",\"selector\":\"canary\",\"dryRun\":true}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pin",
        "pin u1",
        "pin u1 web more",
        "pin -l a web",
        "pin -l a --yes",
        "pin u1 web --dry-run",
        "unpin",
        "unpin u1 u2",
        "unpin -l a",
        "unpin u1 -l a --yes"
      })
  void whatIsUnclearIsNotSent(String words) {
    assertThat(terminal.run(("agents " + words).split(" ", -1)).exitCode()).isEqualTo(2);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void theAgentAndItsReasonsShowThePin() {
    server
        .on(
            "GET /agents/u1",
            "{\"instanceUid\":\"u1\",\"state\":\"Connected\",\"labels\":{},\"node\":\"n1\","
                + "\"pin\":{\"configuration\":\"web\",\"version\":3}}")
        .on(
            "GET /agents/u1/why",
            "{\"state\":\"Connected\",\"configuration\":{\"pin\":{\"configuration\":\"web\","
                + "\"version\":3,\"failed\":\"the version is not kept\"},\"candidates\":[]}}");
    assertThat(terminal.run("agents", "get", "u1").out())
        .contains("Pinned to:  web v3\n")
        .contains("Node:       n1\n");
    assertThat(terminal.run("why", "u1").out())
        .contains(
            "Pinned to:      web v3, which it cannot get (the version is not kept); it is left as"
                + " it is\n");
  }

  /** The server knows the request again by its key. */
  @Test
  void aCreateThatWasCutOffIsSentAgainOnceUnderTheSameKey() {
    StubServer.Reply cut = StubServer.Reply.status(-1);
    server.on(
        "POST /agents/actions", cut, StubServer.Reply.ok("{\"matched\":1,\"changed\":1}"), cut);
    Terminal.Outcome outcome = terminal.run("agents", "unpin", "-l", "a", "--yes");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(server.requests())
        .hasSize(2)
        .extracting(request -> request.header("Idempotency-Key"))
        .containsExactly("key-1", "key-1");

    Terminal.Outcome lost = terminal.run("agents", "unpin", "-l", "a", "--yes");
    assertThat(lost.exitCode()).isEqualTo(3);
    assertThat(lost.err()).contains("whether the change was made is not known");
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void aChangeWithoutAKeyThatWasCutOffIsNotSentAgain() {
    server.on("POST /configurations/web/rollout/continue", StubServer.Reply.status(-1));
    assertThat(terminal.run("rollouts", "continue", "web").exitCode()).isEqualTo(3);
    assertThat(server.requests()).hasSize(1);
    assertThat(server.last().header("If-Match")).isEqualTo("*");
  }
}
