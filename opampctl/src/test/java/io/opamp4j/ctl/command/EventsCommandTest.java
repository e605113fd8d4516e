package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsCommandTest {
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

  private static String event(int id, String type) {
    return "{\"id\":%d,\"at\":\"2026-11-22T11:59:00.5Z\",\"type\":\"%s\",\"agent\":\"u1\",\"text\":\"t%d\",\"fields\":{}}"
        .formatted(id, type, id);
  }

  private static StubServer.Reply stream(String text) {
    return new StubServer.Reply(200, Map.of("Content-Type", "text/event-stream"), text);
  }

  private static String sent(int id) {
    return "id: %d\nevent: StatusChanged\ndata: %s\n\n".formatted(id, event(id, "StatusChanged"));
  }

  @Test
  void theLatestAreLinesInEveryFormat() {
    server.on(
        "GET /events?limit=2",
        "{\"items\":[" + event(1, "StatusChanged") + "," + event(2, "Connected") + "],\"last\":2}");
    assertThat(terminal.run("events", "--limit", "2").out())
        .isEqualTo(
            """
            2026-11-22T11:59:00Z  u1  StatusChanged  t1
            2026-11-22T11:59:00Z  u1  Connected  t2
            """);
    assertThat(terminal.run("events", "--limit", "2", "--kind", "Connected", "-o", "json").out())
        .isEqualTo(event(2, "Connected") + "\n");
    assertThat(terminal.run("events", "--limit", "2", "-o", "yaml").out())
        .startsWith("---\nid: 1\n")
        .contains("\n---\nid: 2\n");
  }

  @Test
  void followingGoesOnAfterWhatWasSeenAndAfterALostConnection() {
    server
        .on("GET /events?limit=100&agent=u1", "{\"items\":[],\"last\":7}")
        .on(
            "GET /events/stream?agent=u1&kind=StatusChanged",
            stream(": hello\n\n" + sent(8) + sent(9)),
            new StubServer.Reply(-1, Map.of(), ""),
            stream(sent(10)),
            StubServer.Reply.status(204));
    Terminal.Outcome outcome =
        terminal.run("events", "-f", "--agent", "u1", "--kind", "StatusChanged");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().lines().map(line -> line.substring(line.lastIndexOf(' ') + 1)))
        .containsExactly("t8", "t9", "t10");
    assertThat(server.requests().stream().skip(1).map(r -> r.header("Last-Event-ID")))
        .containsExactly("7", "9", "9", "10");
    assertThat(server.requests().get(1).header("Accept")).isEqualTo("text/event-stream");
    assertThat(outcome.err()).contains("the connection was lost; trying again");
  }

  @Test
  void aServerThatStaysAwayIsGivenUpAfterAboutFiveMinutes() {
    server
        .on("GET /events?limit=100", "{\"items\":[],\"last\":7}")
        .on("GET /events/stream", stream(sent(8)), new StubServer.Reply(-1, Map.of(), ""));
    Terminal.Outcome outcome = terminal.run("events", "--follow");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(terminal.pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
    assertThat(outcome.err()).containsOnlyOnce("trying again");
  }

  @Test
  void aStreamThatWasNeverThereIsAFailureAtOnce() {
    server.on("GET /events?limit=100", "{\"items\":[],\"last\":7}");
    assertThat(terminal.run("events", "--follow").exitCode()).isEqualTo(4);
    assertThat(terminal.pauses).isEmpty();
  }

  @Test
  void anEventThatWasCutOffIsNotShown() {
    server
        .on("GET /events?limit=100", "{\"items\":[],\"last\":7}")
        .on(
            "GET /events/stream",
            stream(sent(8) + "id: 9\ndata: {\"type\":"),
            StubServer.Reply.status(204));
    Terminal.Outcome outcome = terminal.run("events", "--follow");
    assertThat(outcome.out()).contains("t8").doesNotContain("type");
  }

  @Test
  void watchingListsAgentsAndEndsAfterSoManyChanges() {
    server
        .on("GET /events?limit=1", "{\"items\":[],\"last\":7}")
        .on(
            "GET /agents?selector=a&limit=1000",
            "{\"items\":[{\"instanceUid\":\"u1\",\"state\":\"Error\"}]}")
        .on(
            "GET /events/stream?kind=StatusChanged&selector=a",
            stream("event: reset\ndata: {}\n\n" + sent(8) + sent(9) + sent(10)));
    Terminal.Outcome outcome = terminal.run("agents", "watch", "-l", "a", "--count", "2");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).contains("events are missing here");
    assertThat(outcome.out()).contains("u1      Error").contains("t9").doesNotContain("t10");
    assertThat(server.lines())
        .containsExactly(
            "GET /events?limit=1",
            "GET /agents?selector=a&limit=1000",
            "GET /events/stream?kind=StatusChanged&selector=a");
  }
}
