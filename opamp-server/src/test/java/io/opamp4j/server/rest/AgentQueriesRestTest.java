package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.AgentView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentQueriesRestTest {
  private static final String PATH = "/api/v1/agents";
  private static RestFixture rest;

  @BeforeAll
  static void open() {
    rest = new RestFixture();
  }

  @BeforeEach
  void clear() {
    rest.clear();
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // query | agents that remain
        "q=|1,2,3,4",
        "q=PAY|1",
        "q=192.0.2.7|2",
        "q=Edge|2,3",
        "q=-000000000004|4",
        "q=web|1,3",
        "q=service.name|",
        "q=%20V2|3",
        "configuration=web|1,3",
        "configuration=web&version=2|3",
        "configuration=web&version=9|",
        "configuration=absent|",
        "health=healthy|1",
        "health=unhealthy|2",
        "health=unknown|3,4",
        "health=unknown&q=edge|3",
        "state=Error&health=unhealthy|2",
        "node=n1-00000001|1",
        "node=n1|",
        "node=n1-00000001&health=unhealthy|",
        "selector=zone=edge&configuration=web|3",
      })
  void filters(String query, String expected) {
    AgentViews.agent(1)
        .name("payments")
        .configuration("web v1")
        .healthy(true)
        .node("n1-00000001")
        .in(rest);
    AgentViews.agent(2)
        .labels(Map.of("zone", "EDGE"))
        .address("192.0.2.7:99")
        .healthy(false)
        .state(ConnectionState.ERROR)
        .in(rest);
    AgentViews.agent(3).labels(Map.of("zone", "edge")).configuration("web v2").in(rest);
    AgentViews.agent(4).in(rest);

    JsonNode page = rest.get(PATH + "?count=true&" + query).json();

    List<String> uids =
        page.path("items")
            .valueStream()
            .map(item -> item.path("instanceUid").asText().substring(35))
            .toList();
    assertThat(uids).isEqualTo(expected == null ? List.of() : List.of(expected.split(",")));
    assertThat(page.path("total").asInt()).isEqualTo(uids.size());
  }

  @Test
  void theTotalIsOfAllPagesAndOnlyIfAskedFor() {
    for (int i = 0; i < 7; i++) {
      AgentViews.agent(i).in(rest);
    }
    JsonNode page = rest.get(PATH + "?count=true&limit=3").json();
    assertThat(page.path("items")).hasSize(3);
    assertThat(page.path("total").asInt()).isEqualTo(7);
    String cursor = page.path("nextCursor").asText();
    assertThat(rest.get(PATH + "?count=true&limit=3&cursor=" + cursor).json().path("total").asInt())
        .isEqualTo(7);
    assertThat(rest.get(PATH + "?limit=3").json().has("total")).isFalse();
    assertThat(rest.get(PATH + "?limit=3&count=false").json().has("total")).isFalse();
  }

  /** Whatever the order and the size of a page: the pages together are the whole, sorted. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "uid",
        "-uid",
        "name",
        "-name",
        "lastSeen",
        "-lastSeen",
        "stateSince",
        "-stateSince"
      })
  void pagesTogetherAreTheWholeSorted(String sort) {
    for (long seed = 1; seed <= 20; seed++) {
      rest.clear();
      SplittableRandom random = new SplittableRandom(seed);
      int agents = random.nextInt(1, 60);
      for (int i = 0; i < agents; i++) {
        randomAgent(random, i).in(rest);
      }
      List<String> expected =
          rest.agents.values().stream()
              .sorted(order(sort))
              .map(agent -> agent.uid().toString())
              .toList();
      int limit = random.nextInt(1, 20);
      assertThat(allPages("sort=" + sort + "&limit=" + limit))
          .as("seed %s, sort %s, limit %s", seed, sort, limit)
          .isEqualTo(expected);
    }
  }

  /** An agent that goes or comes between two pages does not disturb the others. */
  @Test
  void agentsThatGoAndComeBetweenPagesDisturbNoOthers() {
    for (int i = 0; i < 20; i++) {
      AgentViews.agent(i).name("n" + (i % 5)).in(rest);
    }
    JsonNode first = rest.get(PATH + "?sort=name&limit=10").json();
    String last = first.at("/items/9/instanceUid").asText();
    rest.agents.keySet().removeIf(uid -> uid.toString().equals(last));
    AgentViews.agent(100).name("n0").in(rest);
    JsonNode second =
        rest.get(PATH + "?sort=name&limit=20&cursor=" + first.path("nextCursor").asText()).json();
    List<String> both = new ArrayList<>();
    first.path("items").forEach(item -> both.add(item.path("instanceUid").asText()));
    second.path("items").forEach(item -> both.add(item.path("instanceUid").asText()));
    assertThat(both).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void aForgedCursorIsAnErrorAndNoMore() {
    AgentViews.agent(1).name("a").in(rest);
    AgentViews.agent(2).name("b").in(rest);
    String real = rest.get(PATH + "?sort=name&limit=1").json().path("nextCursor").asText();
    assertProblem(rest.get(PATH + "?sort=-name&cursor=" + real), 400, "invalid-request");
    assertProblem(rest.get(PATH + "?sort=lastSeen&cursor=" + real), 400, "invalid-request");
    assertProblem(rest.get(PATH + "?cursor=" + real), 400, "invalid-request");
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = Base64.getUrlDecoder().decode(real);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      assertThat(rest.get(PATH + "?sort=name&cursor=" + forged).status()).isIn(200, 400);
    }
    for (String text : List.of("", "name", "name 1 2 3 4", "name x 0 x x", "name 1 1 u", "%")) {
      String forged = Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
      RestFixture.Answer answer = rest.get(PATH + "?sort=name&cursor=" + forged.replace("=", ""));
      assertProblem(answer, 400, "invalid-request");
    }
  }

  @Test
  void aCursorIsShortHoweverLongTheName() {
    String name = "x".repeat(99) + "😀".repeat(5_000);
    AgentViews.agent(1).name(name).in(rest);
    AgentViews.agent(2).name(name).in(rest);
    String cursor = rest.get(PATH + "?sort=name&limit=1").json().path("nextCursor").asText();
    assertThat(cursor).hasSizeLessThan(600);
    assertThat(rest.get(PATH + "?sort=name&cursor=" + cursor).json().path("items")).hasSize(1);
  }

  @Test
  void namesEveryWrongParameterAtOnce() {
    RestFixture.Answer answer =
        rest.get(
            PATH + "?sort=size&count=1&health=ill&version=1&configuration=A_&q=" + "x".repeat(256));
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactlyInAnyOrder("sort", "count", "health", "configuration", "q");
    assertThat(rest.get(PATH + "?version=1").errors())
        .containsExactly("version: is that of a configuration, which must be given");
    assertProblem(rest.get(PATH + "?configuration=a&version=x"), 400, "invalid-request");
  }

  @Test
  void countsByWhatIsAskedFor() {
    AgentViews.agent(1).labels(Map.of("env", "prod")).healthy(true).configuration("a v1").in(rest);
    AgentViews.agent(2).labels(Map.of("env", "prod")).configuration("a v2").in(rest);
    AgentViews.agent(3).labels(Map.of("env", "")).state(ConnectionState.ERROR).in(rest);
    AgentViews.agent(4).in(rest);

    assertThat(counts("by=state"))
        .isEqualTo(
            "{\"total\":4,\"counts\":[{\"value\":\"Connected\",\"agents\":3},"
                + "{\"value\":\"Error\",\"agents\":1}]}");
    assertThat(counts("by=label:env"))
        .isEqualTo(
            "{\"total\":4,\"counts\":[{\"value\":\"prod\",\"agents\":2},{\"agents\":1},"
                + "{\"value\":\"\",\"agents\":1}]}");
    assertThat(counts("by=configuration"))
        .isEqualTo("{\"total\":4,\"counts\":[{\"agents\":2},{\"value\":\"a\",\"agents\":2}]}");
    assertThat(counts("by=health&selector=env=prod"))
        .isEqualTo(
            "{\"total\":2,\"counts\":[{\"value\":\"healthy\",\"agents\":1},"
                + "{\"value\":\"unknown\",\"agents\":1}]}");
    assertThat(counts("by=state&q=nothing")).isEqualTo("{\"total\":0,\"counts\":[]}");
  }

  @Test
  void countsAtMostAThousandValuesButEveryAgent() {
    for (int i = 0; i < 1_500; i++) {
      AgentViews.agent(i).labels(Map.of("k", "v" + Math.max(0, i - 400))).in(rest);
    }
    JsonNode counts = rest.get(PATH + "/counts?by=label:k").json();
    assertThat(counts.path("total").asInt()).isEqualTo(1_500);
    assertThat(counts.path("counts")).hasSize(1_000);
    assertThat(counts.at("/counts/0").toString()).isEqualTo("{\"value\":\"v0\",\"agents\":401}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?by=", "?by=size", "?by=label:", "?by=state&limit=1"})
  void refusesToCountWhatItDoesNotKnow(String query) {
    assertProblem(rest.get(PATH + "/counts" + query), 400, "invalid-request");
  }

  private static String counts(String query) {
    return rest.get(PATH + "/counts?" + query).text();
  }

  private static List<String> allPages(String query) {
    List<String> seen = new ArrayList<>();
    String cursor = "";
    for (int pages = 0; pages < 100; pages++) {
      JsonNode page = rest.get(PATH + "?" + query + cursor).json();
      page.path("items").forEach(item -> seen.add(item.path("instanceUid").asText()));
      if (!page.has("nextCursor")) {
        return seen;
      }
      cursor = "&cursor=" + page.path("nextCursor").asText();
    }
    throw new AssertionError("more pages than agents");
  }

  private static AgentViews randomAgent(SplittableRandom random, int number) {
    Instant base = RestFixture.NOW;
    AgentViews agent =
        AgentViews.agent(random.nextBoolean() ? number : -number)
            .since(base.plusNanos(random.nextInt(4)))
            .lastSeen(base.minusSeconds(random.nextInt(5)));
    return switch (random.nextInt(4)) {
      case 0 -> agent;
      case 1 -> agent.name("").labels(Map.of("service.name", "label " + random.nextInt(3)));
      case 2 -> agent.name("ü " + random.nextInt(3));
      default -> agent.name("b" + random.nextInt(3));
    };
  }

  private static Comparator<AgentView> order(String sort) {
    Comparator<AgentView> byUid = Comparator.comparing(AgentView::uid);
    Comparator<AgentView> order =
        switch (sort.replace("-", "")) {
          case "name" ->
              Comparator.comparing(
                      (AgentView agent) ->
                          agent.labels().containsKey("service.name")
                              ? agent.labels().get("service.name")
                              : agent
                                  .report()
                                  .getAgentDescription()
                                  .getIdentifyingAttributesList()
                                  .stream()
                                  .map(attribute -> attribute.getValue().getStringValue())
                                  .findFirst()
                                  .orElse(""))
                  .thenComparing(byUid);
          case "lastSeen" -> Comparator.comparing(AgentView::lastSeen).thenComparing(byUid);
          case "stateSince" -> Comparator.comparing(AgentView::statusSince).thenComparing(byUid);
          default -> byUid;
        };
    return sort.startsWith("-") ? order.reversed() : order;
  }
}
