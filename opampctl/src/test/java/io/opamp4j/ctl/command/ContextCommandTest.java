package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandTest {
  private static final String STATUS = "{\"version\":\"1\"}";

  @TempDir Path home;
  private final StubServer server = new StubServer();
  private final StubServer other = new StubServer();
  private Terminal terminal;
  private Path file;

  @BeforeEach
  void setUp() {
    terminal = new Terminal(home);
    file = home.resolve(".config/opampctl/config.yaml");
    server.on("GET /status", STATUS);
    other.on("GET /status", STATUS);
  }

  @AfterEach
  void tearDown() {
    server.close();
    other.close();
  }

  private String authorization() {
    return server.last().header("Authorization");
  }

  @Test
  void theFirstContextIsTheCurrentOneAndItsTokenGoesToItsServerOnly() throws IOException {
    assertThat(
            terminal.run("context", "set", "prod", "--server", server.url(), "--token", "s3cret"))
        .isEqualTo(new Terminal.Outcome(0, "context prod set\n", ""));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    assertThat(terminal.run("status").exitCode()).isZero();
    assertThat(authorization()).isEqualTo("Bearer s3cret");

    assertThat(terminal.run("status", "--server", other.url()).exitCode()).isZero();
    assertThat(other.last().header("Authorization")).isNull();
    terminal.environment.put("OPAMPCTL_SERVER", other.url());
    assertThat(terminal.run("status").exitCode()).isZero();
    assertThat(other.requests()).hasSize(2);
    assertThat(other.last().header("Authorization")).isNull();
  }

  @Test
  void aTokenOfTheOptionWinsOverTheVariableAndThatOverTheContexts() {
    terminal.run("context", "set", "prod", "--server", server.url(), "--token", "ours");
    terminal.environment.put("OPAMPCTL_TOKEN", "variable");
    terminal.run("status");
    assertThat(authorization()).isEqualTo("Bearer variable");
    terminal.run("status", "--token", "option");
    assertThat(authorization()).isEqualTo("Bearer option");
  }

  @Test
  void aTokenCanBeReadFromStandardInputBeforeAConfiguration() {
    server.on("GET /configurations/a", StubServer.Reply.status(404));
    terminal.typing("piped\nrest").run("status", "--server", server.url(), "--token", "-");
    assertThat(authorization()).isEqualTo("Bearer piped");
    Terminal.Outcome twice =
        terminal.typing("t\n").run("apply", "-f", "-", "--server", server.url(), "--token", "-");
    assertThat(twice.exitCode()).isEqualTo(2);
  }

  @Test
  void contextsAreListedWithoutTheirTokensAndSwitched() {
    terminal.run("context", "set", "prod", "--server", "https://a.example", "--token", "s3cret");
    terminal.run("context", "set", "test", "--server", "b.example:4320");
    assertThat(terminal.run("context", "use", "test").out())
        .isEqualTo("context test is the current context now\n");
    assertThat(terminal.run("context", "list").out())
        .isEqualTo(
            """
            CURRENT   NAME   SERVER                  TOKEN
            -         prod   https://a.example       set
            *         test   http://b.example:4320   -
            """);
    for (String format : new String[] {"json", "yaml", "table"}) {
      assertThat(terminal.run("context", "list", "-o", format).out()).doesNotContain("s3cret");
    }
    assertThat(terminal.run("context", "delete", "test").exitCode()).isZero();
    assertThat(terminal.run("context", "use", "test").exitCode()).isEqualTo(4);
    assertThat(terminal.run("context", "list").out()).doesNotContain("test").doesNotContain("*");
  }

  @Test
  void aContextThatMovesToAnotherServerForgetsItsToken() throws IOException {
    terminal.run("context", "set", "prod", "--server", "https://a.example", "--token", "s3cret");
    terminal.run("context", "set", "prod", "--server", "https://a.example/path");
    assertThat(Files.readString(file)).contains("s3cret");
    terminal.run("context", "set", "prod", "--server", "http://a.example/path");
    assertThat(Files.readString(file)).doesNotContain("s3cret");
  }

  @Test
  void aTokenOfTheEnvironmentIsNotWrittenDown() throws IOException {
    terminal.environment.put("OPAMPCTL_TOKEN", "s3cret");
    terminal.run("context", "set", "prod", "--server", "https://a.example");
    assertThat(Files.readString(file)).doesNotContain("s3cret");
  }

  @Test
  void aFileThatOthersCanReadIsRemarkedOn() throws IOException {
    terminal.run("context", "set", "prod", "--server", server.url());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Terminal.Outcome outcome = terminal.run("status");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).contains("others can read the file with your contexts");
  }

  @Test
  void anotherFileCanBeNamedAndALinkStaysALink() throws IOException {
    Path real = Files.writeString(home.resolve("real.yaml"), "contexts: {}\n");
    Path link = Files.createSymbolicLink(home.resolve("link.yaml"), real);
    terminal.environment.put("OPAMPCTL_CONFIG", link.toString());
    terminal.run("context", "set", "prod", "--server", "a.example");
    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(real)).contains("prod");
    assertThat(file).doesNotExist();
  }

  @Test
  void aFileThatIsWrongIsSaidWithItsPlace() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "current: a\ncontexts:\n\t- x\n");
    Terminal.Outcome yaml = terminal.run("status");
    assertThat(yaml.exitCode()).isEqualTo(2);
    assertThat(yaml.err()).contains(file + ": line 3: is not valid YAML");

    Files.writeString(file, "contexts:\n  a: {server: 'ftp://x'}\n");
    assertThat(terminal.run("status").err()).contains("context a: ftp://x must begin with http");
  }

  @Test
  void whyAndNodesAreShown() {
    server
        .on(
            "GET /agents/u1/why",
            """
            {"state":"Connected","reason":"runs web","configuration":{"chosen":"web","candidates":[\
            {"name":"web","version":2,"priority":10,"selector":"a=b","matches":true},{"name":"all",\
            "version":1,"priority":0,"selector":"","matches":false,"failed":"a=c"}]},"withheld":[\
            {"what":"restart","reason":"not able"}],"history":[{"at":"2026-11-22T11:00:00Z","from":"Configuring","to":"Connected",\
            "reason":"applied"}]}\
            """)
        .on(
            "GET /nodes",
            """
            {"items":[{"name":"n1","address":"10.0.0.1:4320","version":"1","since":\
            "2026-11-22T11:00:00Z","alive":true,"leader":false,"agents":3,"connections":2}]}\
            """);
    terminal.to(server);
    assertThat(terminal.run("why", "u1").out())
        .isEqualTo(
            """
            State:          Connected
            Reason:         runs web
            Configuration:  web

            CONFIGURATION   VERSION   PRIORITY   MATCHES   SELECTOR
            web             2         10         yes       a=b
            all             1         0          no: a=c   -

            Withheld: restart: not able

            AT                     FROM          TO          REASON
            2026-11-22T11:00:00Z   Configuring   Connected   applied
            """);
    assertThat(terminal.run("nodes").out())
        .isEqualTo(
            """
            NODE   ADDRESS         VERSION   UP    ALIVE   LEADER   AGENTS   CONNECTIONS
            n1     10.0.0.1:4320   1         60m   yes     no       3        2
            """);
  }
}
