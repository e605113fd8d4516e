package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.ctl.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentsCommandTest {
  private static final String WEB =
      """
      {"instanceUid":"u1","state":"Connected","reason":"runs config web v2","stateSince":\
      "2026-11-22T11:59:30Z","labels":{"service.name":"web","env":"prod"},"operatorLabels":\
      {"env":"prod"},"target":{"configuration":"web","version":2,"hash":"ab"},"lastSeen":\
      "2026-11-22T11:59:59.5Z","transport":"http","remoteAddress":"10.0.0.1:5","capabilities":\
      ["ReportsStatus","AcceptsRestartCommand"],"remoteConfigStatus":{"hash":"0123456789ab",\
      "status":"APPLIED"},"health":{"healthy":true,"components":{}}}\
      """;
  private static final String EVIL =
      """
      {"instanceUid":"u2","state":"Error","reason":"config failed: \\u001b[2J\\nboo\\u009b1m",\
      "stateSince":"2026-11-20T11:00:00Z","labels":{}}\
      """;

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
  void aListIsReadToItsEndAndShownAsATable() {
    server
        .on("GET /agents?limit=1000", "{\"items\":[" + WEB + "],\"nextCursor\":\"a/b\"}")
        .on("GET /agents?limit=1000&cursor=a%2Fb", "{\"items\":[" + EVIL + "]}");
    Terminal.Outcome outcome = terminal.run("agents", "list");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            """
            AGENT   STATE       FOR   SERVICE   CONFIGURATION   REASON
            u1      Connected   30s   web       web v2          runs config web v2
            u2      Error       2d    -         -               config failed: \\u001b[2J\\nboo\\u009b1m
            """);
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void filtersBecomeParametersOfTheRequest() {
    server.on(
        "GET /agents?selector=env%20in%20%28a%2Cb%29&state=Error&state=Pending&q=x%20y"
            + "&configuration=web&version=12&health=unhealthy&node=n1-2&sort=-state&limit=7",
        "{\"items\":[]}");
    Terminal.Outcome outcome =
        terminal.run(
            "agents",
            "list",
            "-l",
            "env in (a,b)",
            "--state",
            "Error,Pending",
            "-q",
            "x y",
            "--configuration",
            "web",
            "--config-version",
            "12",
            "--health",
            "unhealthy",
            "--node",
            "n1-2",
            "--sort",
            "-state",
            "--limit",
            "7");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void theLimitHoldsOverPages() {
    server
        .on("GET /agents?limit=2", "{\"items\":[" + WEB + "],\"nextCursor\":\"c\"}")
        .on("GET /agents?limit=1&cursor=c", "{\"items\":[" + EVIL + "],\"nextCursor\":\"d\"}");
    Terminal.Outcome outcome = terminal.run("agents", "list", "--limit", "2", "-o", "json");
    assertThat(Json.parse(outcome.out()).orElseThrow().at("/items/1/instanceUid").asText())
        .isEqualTo("u2");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void pagesThatGoRoundInCirclesEnd() {
    server
        .on("GET /agents?limit=1000", "{\"items\":[],\"nextCursor\":\"c\"}")
        .on("GET /agents?limit=1000&cursor=c", "{\"items\":[],\"nextCursor\":\"c\"}");
    Terminal.Outcome outcome = terminal.run("agents", "list");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("its pages go round in circles");
  }

  @Test
  void coloursAreForTerminalsThatWantThem() {
    server.on("GET /agents?limit=1000", "{\"items\":[" + EVIL + "]}");
    assertThat(terminal.run("agents", "list").out()).doesNotContain("\u001b");
    terminal.watched();
    assertThat(terminal.run("agents", "list").out())
        .contains("\u001b[31mError\u001b[0m")
        .doesNotContain("\u001b[2J");
    assertThat(terminal.run("agents", "list", "--no-color").out()).doesNotContain("\u001b");
    terminal.environment.put("NO_COLOR", "1");
    assertThat(terminal.run("agents", "list").out()).doesNotContain("\u001b");
  }

  @Test
  void oneAgentIsShownInEveryFormat() {
    server.on("GET /agents/u1", WEB);
    assertThat(terminal.run("agents", "get", "u1").out())
        .isEqualTo(
            """
            Agent:          u1
            State:          Connected
            Reason:         runs config web v2
            Since:          2026-11-22T11:59:30Z (30s)
            Configuration:  web v2
            Reported:       APPLIED 01234567
            Health:         healthy
            Last seen:      2026-11-22T11:59:59Z (0s)
            Transport:      http from 10.0.0.1:5
            Capabilities:   ReportsStatus, AcceptsRestartCommand
            Labels:
              service.name=web
              env=prod  (operator)
            """);
    assertThat(Json.parse(terminal.run("agents", "get", "u1", "-o", "json").out()))
        .isEqualTo(Json.parse(WEB));
    assertThat(terminal.run("agents", "get", "u1", "-o", "YAML").out())
        .startsWith("instanceUid: u1\nstate: Connected\n")
        .contains("labels:\n  service.name: web\n");
  }

  @Test
  void whatIsTypedAsAUidCannotReachAnotherPath() {
    terminal.run("agents", "get", "../configurations/web?x");
    assertThat(server.last().line()).isEqualTo("GET /agents/..%2Fconfigurations%2Fweb%3Fx");
  }

  @Test
  void agentsAreCountedByALabel() {
    server
        .on(
            "GET /agents/counts?selector=a&by=label%3Aregion",
            "{\"total\":5,\"counts\":[{\"value\":\"eu\",\"agents\":3},{\"agents\":2}]}")
        .on(
            "GET /agents/counts?by=state",
            "{\"total\":2,\"counts\":[{\"value\":\"Error\",\"agents\":2}]}");
    assertThat(terminal.run("agents", "count", "-l", "a", "--by", "label:region").out())
        .isEqualTo("LABEL:REGION   AGENTS\neu             3\n-              2\n");
    assertThat(terminal.run("agents", "count").out()).isEqualTo("STATE   AGENTS\nError   2\n");
  }

  @Test
  void aRestartIsOneOrderWithAKey() {
    StubServer.Reply order =
        new StubServer.Reply(
            201,
            java.util.Map.of(),
            "{\"id\":\"o1\",\"agent\":\"u1\",\"type\":\"restart\",\"state\":\"pending\","
                + "\"expires\":\"2026-11-22T12:10:00.123Z\"}");
    server.on("POST /agents/u1/orders", order);
    Terminal.Outcome outcome = terminal.run("agents", "restart", "u1", "--expires-in", "10m");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo("restart of u1 is pending (order o1; expires 2026-11-22T12:10:00Z)\n");
    assertThat(server.last().body()).isEqualTo("{\"type\":\"restart\",\"expiresIn\":\"10m\"}");
    assertThat(server.last().header("Idempotency-Key")).isEqualTo("key-1");

    terminal.run("agents", "restart", "u1", "--key", "mine");
    assertThat(server.last().header("Idempotency-Key")).isEqualTo("mine");
  }

  @Test
  void aWriteThatFailsIsNotSentAgain() {
    server.on("POST /agents/u1/orders", StubServer.Reply.status(503));
    assertThat(terminal.run("agents", "restart", "u1").exitCode()).isEqualTo(1);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void manyAreRestartedAfterADryRunOrAYes() {
    server.on(
        "POST /agents/actions",
        "{\"matched\":2,\"changed\":2,\"agents\":[\"u1\",\"u2\"],\"refused\":[{\"agent\":\"u3\",\"reason\":\"too"
            + " many\"}]}");
    assertThat(terminal.run("agents", "restart", "-l", "env=test", "--dry-run").out())
        .isEqualTo("2 agents match, 2 would change\n  u1\n  u2\n  refused: u3, too many\n");
    assertThat(server.last().body())
        .isEqualTo("{\"action\":\"restart\",\"selector\":\"env=test\",\"dryRun\":true}");
    assertThat(terminal.run("agents", "restart", "-l", "env=test", "--yes").out())
        .startsWith("2 agents match, 2 changed\n");
    assertThat(server.last().body()).contains("\"dryRun\":false");
  }

  @Test
  void labelsAreChangedOnTopOfWhatWasReadAndOnlyThen() {
    server
        .on(
            "GET /agents/u1/labels",
            StubServer.Reply.tagged("\"7\"", "{\"labels\":{\"a\":\"1\",\"b\":\"2\"}}"))
        .on(
            "PUT /agents/u1/labels",
            StubServer.Reply.ok("{\"labels\":{\"a\":\"x=y\",\"c\":\"\"}}"),
            StubServer.Reply.problem(
                412,
                "{\"title\":\"Version conflict\",\"status\":412,\"detail\":\"labels of u1"
                    + " changed\",\"currentVersion\":8}"));
    Terminal.Outcome outcome = terminal.run("agents", "label", "u1", "a=x=y", "b-", "c=");

    assertThat(outcome.out()).isEqualTo("LABEL   VALUE\na       x=y\nc       -\n");
    assertThat(server.last().header("If-Match")).isEqualTo("\"7\"");
    assertThat(server.last().body()).isEqualTo("{\"labels\":{\"a\":\"x=y\",\"c\":\"\"}}");

    Terminal.Outcome conflict = terminal.run("agents", "label", "u1", "a=2");
    assertThat(conflict.exitCode()).isEqualTo(5);
    assertThat(conflict.err())
        .isEqualTo("opampctl: labels of u1 changed\nit is at version 8 now\n");
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void labelsAloneAreOnlyRead() {
    server.on(
        "GET /agents/u1/labels", StubServer.Reply.tagged("\"7\"", "{\"labels\":{\"a\":\"1\"}}"));
    assertThat(terminal.run("agents", "label", "u1").out()).isEqualTo("LABEL   VALUE\na       1\n");
    assertThat(server.lines()).containsExactly("GET /agents/u1/labels");
  }

  @Test
  void manyAreLabelledInOneRequest() {
    server.on("POST /agents/actions", "{\"matched\":3,\"changed\":1,\"agents\":[]}");
    terminal.run("agents", "label", "-l", "region=eu", "--yes", "wave=2", "old-");
    assertThat(server.last().body())
        .isEqualTo(
            "{\"action\":\"label\",\"set\":{\"wave\":\"2\"},\"remove\":[\"old\"],"
                + "\"selector\":\"region=eu\",\"dryRun\":false}");
  }

  @Test
  void aDifferenceOfAnAgentIsUnified() {
    server.on(
        "GET /agents/u1/diff",
        """
        {"reported":true,"files":[{"name":"c.yaml","change":"changed",\
        "diff":"--- a/c.yaml\\n+++ b/c.yaml\\n@@ -1 +1 @@\\n-a\\n+b\\n"}]}\
        """);
    Terminal.Outcome outcome = terminal.run("agents", "diff", "u1", "--exit-code");
    assertThat(outcome.exitCode()).isEqualTo(7);
    assertThat(outcome.out()).isEqualTo("--- a/c.yaml\n+++ b/c.yaml\n@@ -1 +1 @@\n-a\n+b\n");
    assertThat(terminal.run("agents", "diff", "u1").exitCode()).isZero();
  }
}
