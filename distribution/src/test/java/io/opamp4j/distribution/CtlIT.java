package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command line, started by its script, against the packaged server. */
class CtlIT {
  @TempDir Path folder;
  private ServerProcess server;
  private Ctl ctl;
  private Path fleet;

  @BeforeEach
  void start() throws IOException {
    server = ServerProcess.jar(folder.resolve("server"), "--server.port=0").start();
    fleet = Files.createDirectories(folder.resolve("fleet"));
    ctl = new Ctl(folder, new Transcript());
    ctl.use(server.url());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ServerProcess.Result ctl(String... args) {
    return ctl.run(args);
  }

  private String ok(String... args) {
    return ctl.ok(args);
  }

  private JsonNode json(String... args) {
    return ctl.json(args);
  }

  private void web(String body) throws IOException {
    Files.createDirectories(fleet.resolve("web"));
    Files.writeString(fleet.resolve("web/collector.yaml"), body);
    Files.writeString(
        fleet.resolve("web.yaml"),
        """
        name: web
        selector: "service.name in (own-agent,  other) , !canary"
        priority: 10
        fileRefs:
          collector.yaml: web/collector.yaml
        """);
  }

  @Test
  void aFolderOfConfigurationsIsAppliedComparedAndRolledBack() throws IOException {
    web("receivers: {otlp: {}}\n");
    String dir = fleet.toString();
    ServerProcess.Result dry = ctl("apply", "-f", dir, "--dry-run", "--exit-code");
    assertThat(dry.exitCode()).isEqualTo(7);
    assertThat(dry.out()).contains("web would be created", "+receivers: {otlp: {}}");
    assertThat(ok("configs", "list").lines()).as("heads alone").hasSize(1);

    assertThat(ok("apply", "-f", dir)).isEqualTo("web created (version 1)\n");
    assertThat(ok("apply", "-f", dir)).isEqualTo("web unchanged (version 1)\n");
    web("receivers: {otlp: {}}\nexporters: {debug: {}}\n");
    assertThat(ok("apply", "-f", dir, "--draft")).isEqualTo("web updated (version 2)\n");
    assertThat(ok("apply", "-f", dir))
        .isEqualTo("web unchanged (version 2; agents get version 1)\n");

    ServerProcess.Result diff = ctl("configs", "diff", "web", "--exit-code");
    assertThat(diff.exitCode()).isEqualTo(7);
    assertThat(diff.out()).contains("--- a/collector.yaml", "+exporters: {debug: {}}");
    assertThat(ok("configs", "run", "web", "latest")).isEqualTo("web now runs version 2\n");
    assertThat(ok("configs", "diff", "web", "--exit-code")).isEmpty();
    assertThat(ok("configs", "run", "web", "1")).isEqualTo("web now runs version 1\n");
    assertThat(json("configs", "history", "web").at("/items/0/runningVersion").asInt())
        .isEqualTo(1);
    assertThat(ok("configs", "get", "web", "--version", "1", "--file", "collector.yaml"))
        .isEqualTo("receivers: {otlp: {}}\n");

    Files.writeString(fleet.resolve("copy.json"), ok("configs", "get", "web", "-o", "json"));
    assertThat(ok("configs", "apply", "-f", fleet.resolve("copy.json").toString()))
        .as("what get printed is what is there")
        .isEqualTo("web unchanged (version 2; agents get version 1)\n");

    assertThat(ok("configs", "delete", "web")).isEqualTo("web deleted\n");
    assertThat(ctl("configs", "get", "web").exitCode()).isEqualTo(4);
  }

  @Test
  void whatIsInNoFileIsPrunedOnlyWithAYes() throws IOException {
    web("a: 1\n");
    Files.writeString(fleet.resolve("old.yaml"), "name: old\nselector: ''\nfiles: {}\n");
    ok("apply", "-f", fleet.toString());
    Files.delete(fleet.resolve("old.yaml"));

    assertThat(ok("apply", "-f", fleet.toString())).doesNotContain("old");
    assertThat(ctl("apply", "-f", fleet.toString(), "--prune", "*").exitCode()).isEqualTo(2);
    assertThat(ok("configs", "list")).contains("old");
    assertThat(ok("apply", "-f", fleet.toString(), "--prune", "*", "--yes"))
        .isEqualTo("web unchanged (version 1)\nold deleted\n");
    assertThat(ok("configs", "list")).doesNotContain("old");
  }

  @Test
  void anAgentIsListedShownAndRestarted() throws IOException {
    URI endpoint = URI.create(server.url().toString().replace("http", "ws") + "/v1/opamp");
    try (OwnAgent agent = new OwnAgent(endpoint)) {
      String uid = agent.uid().toString();
      new Rest(server.url()).awaitState(agent.uid(), "Connected");
      assertThat(ok("agents", "list", "-l", "service.name=own-agent"))
          .containsPattern(uid + " +Connected +[0-9]+s +own-agent");
      assertThat(json("agents", "list", "--state", "Error").at("/items").size()).isZero();
      assertThat(json("agents", "get", uid).at("/instanceUid").asText()).isEqualTo(uid);

      web("receivers: {otlp: {}}\n");
      ok("apply", "-f", fleet.toString());
      assertThat(agent.takeOffer()).isEqualTo("receivers: {otlp: {}}\n");
      agent.reportApplied();
      new Rest(server.url()).awaitState(agent.uid(), "Connected");
      assertThat(ok("agents", "get", uid)).contains("Configuration:  web v1");
      assertThat(ok("agents", "diff", uid, "--exit-code")).isEmpty();

      JsonNode order = json("agents", "restart", uid, "--key", "once", "--expires-in", "10m");
      assertThat(order.at("/type").asText()).isEqualTo("restart");
      assertThat(json("agents", "restart", uid, "--key", "once", "--expires-in", "10m").at("/id"))
          .as("the same key is the same order")
          .isEqualTo(order.at("/id"));
      assertThat(ok("events", "--agent", uid)).contains(uid + "  StatusChanged  ");
      assertThat(ok("status")).contains("Agents:       1\n");
    }
  }

  @Test
  void aRolloutIsPausedResumedAndRetried() throws IOException {
    try (Swarm swarm = new Swarm(server.port(), Duration.ofSeconds(1), 1)) {
      List<SwarmAgent> agents = join(swarm, 3);
      StoryView view = new StoryView(new Rest(server.url()), ctl, swarm);
      web("a: 1\n");
      ok("apply", "-f", "fleet");
      for (SwarmAgent agent : agents) {
        new Rest(server.url())
            .awaitAgent(agent.uid(), "has it", is -> is.at("/target/version").asInt() == 1);
      }

      web("a: 2\n");
      ok("apply", "-f", "fleet", "--draft");
      String[] slow = {"--first", "1", "--factor", "1", "--interval", "1h", "--health-gate", "0s"};
      ok(Story.words(List.of("rollouts", "start", "web"), slow));
      view.awaitRollout("has reached one", r -> r.at("/stages/0/applied").asInt() == 1);
      assertThat(ok("rollouts", "pause", "web", "--reason", "lunch"))
          .contains("Phase:    Paused\n", "lunch");
      assertThat(ok("rollouts", "list")).containsPattern("web +1 +2 +Paused ");
      assertThat(ctl("rollouts", "continue", "web").exitCode()).as("nothing waits").isEqualTo(5);
      assertThat(ctl("rollouts", "status", "web", "--wait").exitCode()).isEqualTo(6);
      assertThat(ok("rollouts", "resume", "web")).contains("Phase:    Running\n");
      assertThat(ok("rollouts", "cancel", "web")).contains("Phase:    Cancelled\n");

      swarm.run(() -> agents.forEach(agent -> agent.refuses(files -> Optional.of("not today"))));
      ServerProcess.Result failed = ctl("rollouts", "start", "web", "--plan", "all", "--wait");
      assertThat(failed.exitCode()).isEqualTo(6);
      assertThat(failed.out()).contains("not today");
      swarm.run(() -> agents.forEach(agent -> agent.refuses(files -> Optional.empty())));
      ok("rollouts", "retry", "web");
      view.awaitRollout("has nobody failing", r -> r.at("/stages/0/failed").asInt() == 0);
      ServerProcess.Result done = ctl("rollouts", "resume", "web", "--wait");
      assertThat(done.exitCode()).as(done.err()).isZero();
      assertThat(done.out()).contains("Phase:    Done\n");
      assertThat(swarm.faults()).isEmpty();
    }
  }

  @Test
  void anAgentIsLabelledAndItsEventsAreFollowed() {
    try (Swarm swarm = new Swarm(server.port(), Duration.ofSeconds(1), 1)) {
      SwarmAgent agent = swarm.on(() -> swarm.agent("own-agent", SwarmAgent.CONFIGURABLE));
      SwarmSocket socket = swarm.on(() -> swarm.socket(List.of(agent)));
      swarm.run(socket::join);
      swarm.awaitJoined(List.of(agent));
      String uid = agent.uid().toString();
      assertThat(ok("agents", "label", uid, "team=web", "tier=1")).containsPattern("team +web\n");
      assertThat(ok("agents", "label", uid, "tier-", "team=db")).doesNotContain("tier");
      assertThat(json("agents", "count", "--by", "label:team", "-l", "!tier").at("/counts/0"))
          .isEqualTo(JsonNodeFactory.instance.objectNode().put("value", "db").put("agents", 1));
      assertThat(ctl("agents", "label", uid, "-l", "team=db", "--yes", "a=b").exitCode())
          .as("one agent or several")
          .isEqualTo(2);

      String[] typed = {
        "events",
        "--follow",
        "--kind",
        "StatusChanged",
        "--limit",
        "1",
        "--count",
        "2",
        "-o",
        "json"
      };
      ServerProcess following = ctl.start(typed);
      following.awaitOut(Pattern.compile("StatusChanged"));
      swarm.run(socket::leave);
      new Rest(server.url()).awaitState(agent.uid(), "Disconnected");
      swarm.run(socket::join);
      ServerProcess.Result followed = ctl.end(following, typed);
      assertThat(followed.exitCode()).as(followed.err()).isZero();
      assertThat(followed.out().lines()).hasSize(3);
      assertThat(followed.out().lines().skip(2).findFirst().orElseThrow())
          .contains("\"to\":\"Connected\"");
    }
  }

  /** Agents for which the configuration is. */
  private static List<SwarmAgent> join(Swarm swarm, int count) {
    List<SwarmAgent> agents =
        swarm.on(
            () ->
                Stream.generate(() -> swarm.agent("own-agent", SwarmAgent.CONFIGURABLE))
                    .limit(count)
                    .toList());
    swarm.run(() -> agents.forEach(agent -> swarm.socket(List.of(agent)).join()));
    swarm.awaitJoined(agents);
    return agents;
  }

  @Test
  void mistakesEndWithTheirExitCodes() throws IOException {
    ServerProcess.Result selector = ctl("agents", "list", "-l", "region in (eu,");
    assertThat(selector.exitCode()).isEqualTo(1);
    assertThat(selector.err()).contains("\n  selector").contains("column 15");

    Files.writeString(fleet.resolve("bad.yaml"), "name: bad\nselector: [\n");
    ServerProcess.Result yaml = ctl("apply", "-f", fleet.toString());
    assertThat(yaml.exitCode()).isEqualTo(2);
    assertThat(yaml.err()).contains("bad.yaml:3:1: ");

    Files.writeString(
        fleet.resolve("bad.yaml"), "name: bad\nselector: 'a in ('\npriority: 1\nfiles: {}\n");
    ServerProcess.Result refused = ctl("apply", "-f", fleet.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("opampctl: bad: ", "selector");

    Files.writeString(fleet.resolve("bad.yaml"), "name: bad\nselector: ''\nfiles: {}\n");
    ok("apply", "-f", fleet.toString());
    assertThat(ctl("configs", "delete", "bad", "--if-version", "9").exitCode()).isEqualTo(5);
    assertThat(ctl("agents", "get", "0190f5c2-7a3b-7c11-8d22-0123456789ab").exitCode())
        .isEqualTo(4);
    assertThat(ctl("agents", "list", "--no-such-option").exitCode()).isEqualTo(2);

    server.kill();
    ServerProcess.Result gone = ctl("status");
    assertThat(gone.exitCode()).isEqualTo(3);
    assertThat(gone.err()).startsWith("opampctl: cannot reach http://127.0.0.1:");
    assertThat(gone.err().lines()).hasSize(1);
  }
}
