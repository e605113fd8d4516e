package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutsCommandTest {
  private static final String STATUS = "GET /configurations/web/rollout";

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

  private static String rollout(String phase, int applied, int failed) {
    return """
    {"configuration":"web","fromVersion":3,"toVersion":4,"phase":"%s","stage":"eu","stages":[\
    {"name":"eu","selector":"region=eu","total":10,"released":8,"applied":%d,"failed":%d,\
    "waiting":1,"disconnected":1,"incompatible":0}]}\
    """
        .formatted(phase, applied, failed);
  }

  private static StubServer.Reply reply(String phase, int applied, int failed) {
    return StubServer.Reply.ok(rollout(phase, applied, failed));
  }

  @Test
  void aPlanIsSentAsItWasGiven() {
    server.on(
        "POST /configurations/web/rollout/preview",
        """
        {"stages":[{"name":"canary","agents":2,"steps":[2]},{"name":"rest","agents":18,\
        "steps":[3,15]}],"total":20,"incompatible":[{"agent":"u9","missing":\
        ["exporters/otlp"]}],"incompatibleTotal":1,"quarantined":2,"upToDate":4,"disconnected":1,"earliestSeconds":300,"order":["u1"]}\
        """);
    Terminal.Outcome outcome =
        terminal.run(
            "rollouts",
            "plan",
            "web",
            "--version",
            "4",
            "--first",
            "3",
            "--factor",
            "2",
            "--most",
            "50",
            "--interval",
            "5s",
            "--stage",
            "canary=wave=1,!x",
            "--stage",
            "eu=region in (de,fr)",
            "--max-errors",
            "5%",
            "--health-gate",
            "1m",
            "--result-deadline",
            "2m");

    assertThat(server.last().body())
        .isEqualTo(
            "{\"version\":4,\"plan\":{\"type\":\"progressive\",\"first\":3,\"factor\":2,\"most\":50,"
                + "\"intervalSeconds\":5,\"stages\":[{\"name\":\"canary\",\"selector\":\"wave=1,!x\"},{\"name\":\"eu\",\"selector\":\"region"
                + " in (de,fr)\"}],\"errorLimit\":{\"percent\":5},"
                + "\"healthGateSeconds\":60,\"resultDeadlineSeconds\":120}}");
    assertThat(outcome.out())
        .isEqualTo(
            """
            Agents:           20
            Up to date:       4
            Disconnected:     1
            Incompatible:     1
            Failed before:    2
            At the earliest:  in 5m

            STAGE    AGENTS   STEPS
            canary   2        2
            rest     18       3, 15

            Incompatible
            AGENT   LACKS
            u9      exporters/otlp

            First in order
            AGENT
            u1
            """);
  }

  @Test
  void aPlanThatIsLeftOutIsTheServersChoice() {
    server.on("POST /configurations/web/rollout", reply("Running", 0, 0));
    assertThat(terminal.run("rollouts", "start", "web").exitCode()).isZero();
    assertThat(server.last().body()).isEqualTo("{}");
    assertThat(server.last().header("Idempotency-Key")).isEqualTo("key-1");
    terminal.run("rollouts", "start", "web", "--plan", "all", "--max-errors", "2");
    assertThat(server.last().body())
        .isEqualTo("{\"plan\":{\"type\":\"all\",\"errorLimit\":{\"count\":2}}}");
  }

  @Test
  void theStatusNamesWhatFailingAgentsHaveInCommon() {
    server.on(
        STATUS,
        """
        {"configuration":"web","toVersion":4,"phase":"Paused","reason":"2 errors","since":\
        "2026-11-22T11:59:00Z","started":"2026-11-22T11:50:00Z","stages":[],"failures":[{"agent":\
        "u1","kind":"FAILED","error":"unknown exporter\\notlp/x"}],"contrast":[{"trait":"os.type",\
        "value":"windows","failing":2,"failingOf":3,"succeeding":0,"succeedingOf":9}],"events":[{"at":"2026-11-22T11:59:00Z",\
        "kind":"Paused","text":"too many errors"}]}\
        """);
    assertThat(terminal.run("rollouts", "status", "web").out())
        .isEqualTo(
            """
            Rollout:  web none -> v4
            Phase:    Paused
            Reason:   2 errors
            Since:    2026-11-22T11:59:00Z (60s)
            Started:  2026-11-22T11:50:00Z

            Failures
            AGENT   KIND     ERROR
            u1      FAILED   unknown exporter\\notlp/x

            What the failing agents have in common
            TRAIT     VALUE     FAILING   SUCCEEDING
            os.type   windows   2 of 3    0 of 9

            Latest
            AT                     EVENT    TEXT
            2026-11-22T11:59:00Z   Paused   too many errors
            """);
  }

  @Test
  void waitingShowsEachChangeAsALineAndEndsWithTheResult() {
    server
        .on("POST /configurations/web/rollout", reply("Running", 0, 0))
        .on(STATUS, reply("Running", 0, 0), reply("Running", 5, 1), reply("Done", 9, 1));
    Terminal.Outcome outcome = terminal.run("rollouts", "start", "web", "--wait", "-o", "json");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err())
        .isEqualTo(
            """
            web v3 -> v4: Running, stage eu, 0 of 10 applied, 0 failed
            web v3 -> v4: Running, stage eu, 5 of 10 applied, 1 failed
            web v3 -> v4: Done, stage eu, 9 of 10 applied, 1 failed
            """);
    assertThat(outcome.out()).contains("\"phase\" : \"Done\"");
    assertThat(terminal.pauses).containsOnly(Duration.ofSeconds(1)).hasSize(3);
  }

  @Test
  void onATerminalABarIsDrawnOverItself() {
    server
        .on("POST /configurations/web/rollout/resume", reply("Running", 5, 1))
        .on(STATUS, reply("Done", 10, 0));
    assertThat(terminal.watched().run("rollouts", "resume", "web", "-w").err())
        .isEqualTo(
            "\r"
                + "\u001b[K[############!!..........] web v3 -> v4: Running, stage eu, 5 of 10"
                + " applied, 1 failed\r"
                + "\u001b[K[########################] web v3 -> v4: Done, stage eu, 10 of 10"
                + " applied, 0 failed\n");
  }

  @ParameterizedTest
  @CsvSource({
    "Done, 0",
    "Waiting, 0",
    "Paused, 6",
    "Cancelled, 6",
    "RolledBack, 6",
  })
  void whereWaitingEndsIsTheExitCode(String phase, int exitCode) {
    server
        .on("POST /configurations/web/rollout/continue", reply("Running", 0, 0))
        .on(STATUS, reply("RollingBack", 0, 0), reply(phase, 1, 0));
    assertThat(terminal.run("rollouts", "continue", "web", "--wait").exitCode())
        .isEqualTo(exitCode);
  }

  @Test
  void aRollbackThatWasAskedForIsASuccess() {
    server
        .on("POST /configurations/web/rollout/rollback", reply("RollingBack", 0, 0))
        .on(STATUS, reply("RolledBack", 1, 0));
    Terminal.Outcome outcome =
        terminal.run("rollouts", "rollback", "web", "--wait", "--reason", "errors");
    assertThat(outcome.exitCode()).isZero();
    assertThat(server.requests().get(0).body()).isEqualTo("{\"reason\":\"errors\"}");
  }

  @Test
  void waitingHasAnEndIfOneIsGiven() {
    server
        .on("POST /configurations/web/rollout/retry", reply("Running", 0, 0))
        .on(STATUS, reply("Running", 0, 0));
    Terminal.Outcome outcome =
        terminal.run("rollouts", "retry", "web", "--wait", "--wait-timeout", "3s");
    assertThat(outcome.exitCode()).isEqualTo(6);
    assertThat(outcome.err()).endsWith("opampctl: it did not come to rest in time; it goes on\n");
    assertThat(terminal.pauses).hasSize(3);
  }

  @Test
  void aServerThatIsAwayForAWhileDoesNotEndTheWaiting() {
    StubServer.Reply gone = new StubServer.Reply(-1, java.util.Map.of(), "");
    server.on(
        STATUS,
        reply("Running", 0, 0),
        gone,
        gone,
        StubServer.Reply.status(503),
        reply("Done", 9, 0));
    assertThat(terminal.run("rollouts", "status", "web", "--wait").exitCode()).isZero();
  }

  @Test
  void aServerThatStaysAwayEndsItWith3() {
    server.on(STATUS, reply("Running", 0, 0), new StubServer.Reply(-1, java.util.Map.of(), ""));
    assertThat(terminal.run("rollouts", "status", "web", "--wait").exitCode()).isEqualTo(3);
    assertThat(terminal.pauses).hasSize(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "continue", "retry", "cancel", "rollback"})
  void anActionTheRolloutDoesNotTakeNowIsAConflict(String action) {
    server.on(
        "POST /configurations/web/rollout/" + action,
        StubServer.Reply.problem(409, "{\"detail\":\"the rollout of web is Done\"}"));
    Terminal.Outcome outcome = terminal.run("rollouts", action, "web");
    assertThat(outcome.exitCode()).isEqualTo(5);
    assertThat(outcome.err()).isEqualTo("opampctl: the rollout of web is Done\n");
    assertThat(server.last().body()).isEqualTo("{}");
  }

  @Test
  void rolloutsAreListed() {
    server.on(
        "GET /rollouts?limit=1000",
        """
        {"items":[{"configuration":"web","fromVersion":3,"toVersion":4,"phase":"Running",\
        "reason":"step 2","since":"2026-11-22T11:58:00Z"}]}\
        """);
    assertThat(terminal.run("rollouts", "list").out())
        .isEqualTo(
            """
            CONFIGURATION   FROM   TO   PHASE     FOR   REASON
            web             3      4    Running   2m    step 2
            """);
  }
}
