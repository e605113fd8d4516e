package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.ctl.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyCommandTest {
  @TempDir Path home;
  private final StubServer server = new StubServer();
  private Terminal terminal;
  private Path folder;

  @BeforeEach
  void setUp() throws IOException {
    terminal = new Terminal(home).to(server);
    folder = Files.createDirectories(home.resolve("fleet"));
  }

  @AfterEach
  void tearDown() {
    server.close();
  }

  private void file(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static String config(String name, String body) {
    return "name: %s\nselector: env = prod\npriority: 10\nfiles:\n  c.yaml: {contentType: text/yaml, body: \"%s\"}\n"
        .formatted(name, body);
  }

  private static String stored(String name, int version, String body) {
    return """
    {"name":"%s","version":%d,"selector":"env=prod","priority":10,"description":"",\
    "files":{"c.yaml":{"contentType":"text/yaml","body":"%s"}},"runningVersion":%d}\
    """
        .formatted(name, version, body, version);
  }

  private static StubServer.Reply absent() {
    return StubServer.Reply.problem(404, "{\"detail\":\"there is no configuration\"}");
  }

  private void threeConfigurations() throws IOException {
    file("a.yaml", config("a", "1\\n"));
    file("b.yml", config("b", "2\\n"));
    file("c.json", "{\"name\":\"c\",\n\t\"selector\":\"\",\"files\":{}}");
    server
        .on("GET /configurations/a", absent())
        .on("GET /configurations/b", stored("b", 4, "old\\n"))
        .on(
            "GET /configurations/c",
            "{\"name\":\"c\",\"version\":2,\"selector\":\"\",\"priority\":0,\"files\":{},"
                + "\"runningVersion\":1}");
  }

  @Test
  void aFolderIsAppliedByWhatDiffers() throws IOException {
    threeConfigurations();
    server
        .on("PUT /configurations/a", "{\"version\":1}")
        .on("PUT /configurations/b", "{\"version\":5}");
    Terminal.Outcome outcome = terminal.run("apply", "-f", folder.toString());

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            """
            a created (version 1)
            b updated (version 5)
            c unchanged (version 2; agents get version 1)
            """);
    assertThat(server.lines())
        .containsExactly(
            "GET /configurations/a",
            "GET /configurations/b",
            "GET /configurations/c",
            "PUT /configurations/a",
            "PUT /configurations/b");
    StubServer.Request create = server.requests().get(3);
    assertThat(create.header("If-None-Match")).isEqualTo("*");
    assertThat(create.body())
        .isEqualTo(
            "{\"name\":\"a\",\"selector\":\"env=prod\",\"priority\":10,\"description\":\"\","
                + "\"files\":{\"c.yaml\":{\"contentType\":\"text/yaml\",\"body\":\"1\\n\"}}}");
    assertThat(server.last().header("If-Match")).isEqualTo("\"4\"");
  }

  @Test
  void aDryRunShowsTheDifferencesAndChangesNothing() throws IOException {
    threeConfigurations();
    Terminal.Outcome outcome =
        terminal.run("apply", "-f", folder.toString(), "--dry-run", "--exit-code");

    assertThat(outcome.exitCode()).isEqualTo(7);
    assertThat(outcome.out())
        .isEqualTo(
            """
            a would be created
            --- /dev/null
            +++ b/c.yaml
            @@ -0,0 +1 @@
            +1
            b would be updated (now version 4)
            --- a/c.yaml
            +++ b/c.yaml
            @@ -1 +1 @@
            -old
            +2
            c unchanged (version 2; agents get version 1)
            """);
    assertThat(server.lines()).allMatch(line -> line.startsWith("GET "));
    assertThat(
            Json.parse(
                    terminal.run("apply", "-f", folder.toString(), "--dry-run", "-o", "json").out())
                .orElseThrow()
                .at("/items/1/action")
                .asText())
        .isEqualTo("update");
  }

  @Test
  void aDryRunWithoutDifferencesEndsWith0() throws IOException {
    file("b.yaml", config("b", "2\\n"));
    server.on("GET /configurations/b", stored("b", 4, "2\\n"));
    Terminal.Outcome outcome =
        terminal.run("apply", "-f", folder.toString(), "--dry-run", "--exit-code");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).isEqualTo("b unchanged (version 4)\n");
  }

  @Test
  void selectorPriorityAndDescriptionAreDifferencesToo() throws IOException {
    file("b.yaml", "name: b\nselector: \"!canary\"\npriority: -1\ndescription: hi\nfiles: {}\n");
    server.on("GET /configurations/b", stored("b", 4, "2\\n"));
    assertThat(terminal.run("apply", "-f", folder.toString(), "--dry-run").out())
        .startsWith(
            """
            b would be updated (now version 4)
              selector: 'env=prod' -> '!canary'
              priority: '10' -> '-1'
              description: '' -> 'hi'
            --- a/c.yaml
            +++ /dev/null
            """);
  }

  @Test
  void draftsAreWrittenAsDrafts() throws IOException {
    file("a.yaml", config("a", "1"));
    server
        .on("GET /configurations/a", absent())
        .on("PUT /configurations/a?draft=true", "{\"version\":1}");
    assertThat(terminal.run("apply", "-f", folder.toString(), "--draft").out())
        .isEqualTo("a created (version 1)\n");
  }

  @Test
  void nothingIsSentWhenAnyFileIsWrong() throws IOException {
    file("a.yaml", config("a", "1"));
    file("b.yaml", "name: b\nselector: [x\n");
    Terminal.Outcome outcome = terminal.run("apply", "-f", folder.toString());
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("b.yaml:").endsWith("nothing was changed\n");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void oneThatIsRefusedKeepsOthersFromBeingDeletedButNotFromBeingWritten() throws IOException {
    file("a.yaml", config("a", "1"));
    file("b.yaml", config("b", "2"));
    server
        .on("GET /configurations/a", absent())
        .on("GET /configurations/b", absent())
        .on("GET /configurations?limit=1000", "{\"items\":[{\"name\":\"z\",\"version\":9}]}")
        .on(
            "PUT /configurations/a",
            StubServer.Reply.problem(
                400,
                "{\"detail\":\"not"
                    + " valid\",\"errors\":[{\"field\":\"selector\",\"message\":\"bad\"}]}"))
        .on("PUT /configurations/b", "{\"version\":1}");
    Terminal.Outcome outcome =
        terminal.run("apply", "-f", folder.toString(), "--prune", "*", "--yes");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).isEqualTo("b created (version 1)\n");
    assertThat(outcome.err())
        .isEqualTo(
            """
            opampctl: a: not valid
              selector: bad
            opampctl: z was not deleted, because of what failed before
            """);
    assertThat(server.lines()).noneMatch(line -> line.startsWith("DELETE"));
  }

  @Test
  void aVersionThatMovedMeanwhileIsAConflict() throws IOException {
    file("b.yaml", config("b", "2"));
    server
        .on("GET /configurations/b", stored("b", 4, "old"))
        .on(
            "PUT /configurations/b",
            StubServer.Reply.problem(
                412, "{\"detail\":\"b is at version 5\",\"currentVersion\":5}"));
    Terminal.Outcome outcome = terminal.run("apply", "-f", folder.toString());
    assertThat(outcome.exitCode()).isEqualTo(5);
    assertThat(outcome.err()).isEqualTo("opampctl: b: b is at version 5\n");
  }

  private void fleetWithStrangers() throws IOException {
    file("a.yaml", config("team-a", "1"));
    server
        .on("GET /configurations/team-a", stored("team-a", 1, "1"))
        .on(
            "GET /configurations?limit=1000",
            """
            {"items":[{"name":"team-a","version":1},{"name":"team-a-old","version":7},\
            {"name":"team.a-old","version":1},{"name":"other","version":2}]}\
            """)
        .on("DELETE /configurations/team-a-old", StubServer.Reply.status(204));
  }

  @Test
  void onlyWhatPruneNamesIsDeletedAndOnlyAtTheVersionThatWasSeen() throws IOException {
    fleetWithStrangers();
    Terminal.Outcome outcome =
        terminal.run("apply", "-f", folder.toString(), "--prune", "team-a*", "--yes");
    assertThat(outcome.out()).isEqualTo("team-a unchanged (version 1)\nteam-a-old deleted\n");
    assertThat(server.lines().stream().filter(line -> line.startsWith("DELETE")))
        .containsExactly("DELETE /configurations/team-a-old");
    assertThat(server.last().header("If-Match")).isEqualTo("\"7\"");
  }

  @Test
  void nothingIsDeletedWithoutAYes() throws IOException {
    fleetWithStrangers();
    String[] args = {"apply", "-f", folder.toString(), "--prune", "team-a*"};
    Terminal.Outcome script = terminal.run(args);
    assertThat(script.exitCode()).isEqualTo(2);
    assertThat(script.err())
        .isEqualTo(
            "opampctl: this would delete team-a-old; give --yes for that. Nothing was changed\n");

    assertThat(terminal.watched().typing("n\n").run(args).exitCode()).isEqualTo(2);
    assertThat(server.lines()).noneMatch(line -> line.startsWith("DELETE"));

    Terminal.Outcome person = terminal.typing("y\n").run(args);
    assertThat(person.err()).isEqualTo("Delete team-a-old? [y/N] ");
    assertThat(person.exitCode()).isZero();
    assertThat(server.lines()).contains("DELETE /configurations/team-a-old");
  }

  @Test
  void aDryRunShowsWhatPruneWouldDelete() throws IOException {
    fleetWithStrangers();
    assertThat(
            terminal.run("apply", "-f", folder.toString(), "--prune", "team-a*", "--dry-run").out())
        .endsWith("team-a-old would be deleted (now version 7)\n");
  }

  @Test
  void anEmptyFolderNeverPrunes() {
    Terminal.Outcome outcome =
        terminal.run("apply", "-f", folder.toString(), "--prune", "*", "--yes");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("has no configuration in it");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void standardInputIsAppliedInYamlAndInJson() {
    server.on("GET /configurations/a", absent()).on("PUT /configurations/a", "{\"version\":1}");
    assertThat(terminal.typing(config("a", "1")).run("configs", "apply", "-f", "-").out())
        .isEqualTo("a created (version 1)\n");
    assertThat(
            terminal
                .typing("\n{\"name\":\"a\",\t\"selector\":\"\",\"files\":{}}")
                .run("apply", "-f", "-", "-o", "json")
                .out())
        .contains("\"action\" : \"created\"");
  }

  @Test
  void whatGetPrintsCanBeAppliedWithoutAChange() throws IOException {
    String stored =
        """
        {"name":"b","version":4,"selector":"env in (a,\\"x y\\")","priority":1,"description":\
        "two\\nlines: yes","hash":"00","files":{"c.yaml":{"contentType":"text/yaml","body":\
        "a: 1 \\n\\n# \\u00e4\\n  - 010\\n"},"bin":{"bodyBase64":"/wA="},"e":{"body":""},"n":{"body":"on"}},\
        "created":"2026-11-22T10:00:00Z","modified":"2026-11-22T10:00:00Z","draft":false,\
        "runningVersion":4}\
        """;
    server.on("GET /configurations/b", stored);
    for (String format : new String[] {"yaml", "json"}) {
      file("b." + format, terminal.run("configs", "get", "b", "-o", format).out());
      assertThat(
              terminal
                  .run("apply", "-f", folder.resolve("b." + format).toString(), "--dry-run")
                  .out())
          .isEqualTo("b unchanged (version 4)\n");
    }
  }

  @Test
  void aConnectionThatBreaksInTheMiddleSaysWhatWasDone() throws IOException {
    file("a.yaml", config("a", "1"));
    file("b.yaml", config("b", "2"));
    server
        .on("GET /configurations/a", absent())
        .on("GET /configurations/b", absent())
        .on("PUT /configurations/a", "{\"version\":1}")
        .on("PUT /configurations/b", new StubServer.Reply(-1, java.util.Map.of(), ""));
    Terminal.Outcome outcome = terminal.run("apply", "-f", folder.toString());
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.out()).isEqualTo("a created (version 1)\n");
    assertThat(outcome.err()).contains("whether the change was made is not known");
  }
}
