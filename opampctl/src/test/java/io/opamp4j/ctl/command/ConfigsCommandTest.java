package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigsCommandTest {
  private static final String WEB =
      """
      {"name":"web","version":3,"selector":"env=prod","priority":10,"description":"d",\
      "hash":"0123456789","files":{"c.yaml":{"contentType":"text/yaml","body":"a: 1\\nb: 2\\n"},\
      "x.bin":{"bodyBase64":"/w=="}},"created":"2026-11-22T10:00:00Z",\
      "modified":"2026-11-22T11:00:00.5Z","draft":true,"runningVersion":2}\
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
  void configurationsAreListed() {
    server.on(
        "GET /configurations?limit=1000",
        """
        {"items":[{"name":"web","version":3,"selector":"","priority":10,"fileNames":["a","b"],\
        "modified":"2026-11-22T11:00:00.5Z","runningVersion":2}]}\
        """);
    assertThat(terminal.run("configs", "list").out())
        .isEqualTo(
            """
            NAME   VERSION   RUNS   PRIORITY   SELECTOR   FILES   WRITTEN
            web    3         2      10         -          a, b    2026-11-22T11:00:00Z
            """);
  }

  @Test
  void oneIsShownWithItsFiles() {
    server.on("GET /configurations/web", WEB).on("GET /configurations/web/versions/3", WEB);
    assertThat(terminal.run("configs", "get", "web").out())
        .isEqualTo(
            """
            Name:         web
            Version:      3 (draft)
            Runs:         2
            Selector:     env=prod
            Priority:     10
            Description:  d
            Hash:         0123456789
            Created:      2026-11-22T10:00:00Z
            Written:      2026-11-22T11:00:00Z

            c.yaml (text/yaml)
              a: 1
              b: 2

            x.bin
              (not text)
            """);
    assertThat(terminal.run("configs", "get", "web", "--version", "3", "--file", "c.yaml").out())
        .isEqualTo("a: 1\nb: 2\n");
  }

  @Test
  void aFileThatIsNotThereOrNoTextIsSaid() {
    server.on("GET /configurations/web", WEB);
    Terminal.Outcome absent = terminal.run("configs", "get", "web", "--file", "d.yaml");
    assertThat(absent.exitCode()).isEqualTo(4);
    assertThat(absent.err())
        .isEqualTo("opampctl: configuration web version 3 has no file d.yaml\n");
    Terminal.Outcome binary = terminal.run("configs", "get", "web", "--file", "x.bin");
    assertThat(binary.exitCode()).isEqualTo(1);
    assertThat(binary.out()).isEmpty();
  }

  @Test
  void versionsAreCompared() {
    server
        .on("GET /configurations/web/diff", "{\"from\":2,\"to\":3,\"files\":[]}")
        .on(
            "GET /configurations/web/diff?from=1&to=3",
            """
            {"from":1,"to":3,"files":[{"name":"a","change":"changed","fromContentType":"x",\
            "toContentType":"y"},{"name":"b","change":"removed"}]}\
            """);
    assertThat(terminal.run("configs", "diff", "web", "--exit-code").exitCode()).isZero();
    Terminal.Outcome outcome =
        terminal.run("configs", "diff", "web", "--from", "1", "--to", "3", "--exit-code");
    assertThat(outcome.exitCode()).isEqualTo(7);
    assertThat(outcome.out())
        .isEqualTo("a: content type 'x' -> 'y'\nb: removed, not shown as text\n");
  }

  @Test
  void theHistorySaysWhatRan() {
    server.on(
        "GET /configurations/web/versions?limit=20",
        """
        {"items":[{"version":3,"runningVersion":2,"draft":true,"hash":"0123456789","description":\
        "third","fileNames":["a"],"modified":"2026-11-22T11:00:00Z"},{"version":2,\
        "runningVersion":2,"draft":true,"hash":"ab","fileNames":[],"modified":"2026-11-22T10:00:00Z"}]}\
        """);
    assertThat(terminal.run("configs", "history", "web").out())
        .isEqualTo(
            """
            VERSION   RUNS   DRAFT   WRITTEN                HASH       FILES   DESCRIPTION
            3         -      yes     2026-11-22T11:00:00Z   01234567   a       third
            2         yes    -       2026-11-22T10:00:00Z   ab         -       -
            """);
  }

  @Test
  void aVersionIsChosenWithTheTagOfTheChoiceBefore() {
    server
        .on(
            "GET /configurations/web/running",
            StubServer.Reply.tagged("\"5\"", "{\"version\":2,\"latestVersion\":3}"))
        .on("PUT /configurations/web/running", "{\"version\":3,\"latestVersion\":3}");
    assertThat(terminal.run("configs", "run", "web", "latest").out())
        .isEqualTo("web now runs version 3\n");
    assertThat(server.last().body()).isEqualTo("{\"version\":3}");
    assertThat(server.last().header("If-Match")).isEqualTo("\"5\"");

    int before = server.requests().size();
    assertThat(terminal.run("configs", "run", "web", "2").out()).isEqualTo("web runs version 2\n");
    assertThat(server.requests()).as("nothing was changed").hasSize(before + 1);
  }

  @Test
  void onlyTheVersionThatWasSeenIsDeleted() {
    server
        .on("GET /configurations/web", StubServer.Reply.tagged("\"3\"", WEB))
        .on("DELETE /configurations/web", StubServer.Reply.status(204));
    assertThat(terminal.run("configs", "delete", "web").out()).isEqualTo("web deleted\n");
    assertThat(server.last().header("If-Match")).isEqualTo("\"3\"");

    terminal.run("configs", "delete", "web", "--if-version", "2");
    assertThat(server.last().header("If-Match")).isEqualTo("\"2\"");
  }

  @Test
  void aChangeIsNotMadeBlindlyWhenTheServerSendsNoTag() {
    server.on("GET /configurations/web", WEB);
    Terminal.Outcome outcome = terminal.run("configs", "delete", "web");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("its answer has no ETag");
    assertThat(server.lines()).containsExactly("GET /configurations/web");
  }
}
