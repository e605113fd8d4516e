package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.distribution.StoryFleet.Member;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** How the story looks from its three sides: REST, the command line, and the agents themselves. */
final class StoryView {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String CONFIGURATION = "/api/v1/configurations/web";

  /** A full state, how the agent applies what it was offered, and a heartbeat or two. */
  private static final int ON_THE_WAY = 5;

  private final Rest rest;
  private final Ctl ctl;
  private final Swarm swarm;
  private final Map<Integer, String> hashes = new HashMap<>();

  StoryView(Rest rest, Ctl ctl, Swarm swarm) {
    this.rest = rest;
    this.ctl = ctl;
    this.swarm = swarm;
  }

  /** The hash of a version of the configuration, which never changes. */
  String hash(int version) {
    return hashes.computeIfAbsent(
        version, v -> rest.get(CONFIGURATION + "/versions/" + v).get("hash").asText());
  }

  JsonNode rollout() {
    return rest.get(CONFIGURATION + "/rollout");
  }

  /** A stage of the rollout as it is now. */
  static JsonNode stage(JsonNode rollout, String name) {
    for (JsonNode stage : rollout.get("stages")) {
      if (stage.get("name").asText().equals(name)) {
        return stage;
      }
    }
    throw new AssertionError("no stage " + name + " in " + rollout);
  }

  JsonNode awaitRollout(String what, Predicate<JsonNode> expected) {
    return Awaitility.await("the rollout " + what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsMatching(AssertionError.class::isInstance)
        .until(this::rollout, expected);
  }

  /** The number of the event that was last. */
  long lastEvent() {
    return rest.get("/api/v1/events?limit=1").get("last").asLong();
  }

  /** The numbers of all events of this kind after one that is known. */
  List<Long> events(long after, String kind) {
    List<Long> ids = new ArrayList<>();
    long last = after;
    while (true) {
      JsonNode page = rest.get("/api/v1/events?limit=1000&after=" + last).get("items");
      if (page.isEmpty()) {
        return ids;
      }
      for (JsonNode event : page) {
        last = event.get("id").asLong();
        if (event.get("type").asText().equals(kind)) {
          ids.add(last);
        }
      }
    }
  }

  /** Why an agent is as it is. */
  JsonNode why(Member member) {
    return rest.get("/api/v1/agents/" + member.uid() + "/why");
  }

  /** Numbers of agents, by what is asked; REST and the command line must agree. */
  Map<String, Integer> counts(String by, String selector) {
    JsonNode answer =
        rest.get("/api/v1/agents/counts?by=" + encoded(by) + "&selector=" + encoded(selector));
    assertThat(ctl.json("agents", "count", "--by", by, "-l", selector)).isEqualTo(answer);
    Map<String, Integer> counts = new TreeMap<>();
    answer
        .get("counts")
        .forEach(one -> counts.put(one.path("value").asText(""), one.get("agents").asInt()));
    return counts;
  }

  /** How many agents the selector picks, by REST alone. */
  int total(String selector) {
    return rest.get("/api/v1/agents/counts?by=state&selector=" + encoded(selector))
        .get("total")
        .asInt();
  }

  /** Uids of agents, by the same filter over REST and on the command line. */
  Set<String> list(String query, String... options) {
    List<String> words = new ArrayList<>(List.of("agents", "list"));
    words.addAll(List.of(options));
    Set<String> uids = uids(rest.get("/api/v1/agents?limit=1000&" + query));
    assertThat(uids(ctl.json(words.toArray(String[]::new)))).as(query).isEqualTo(uids);
    return uids;
  }

  static Set<String> uids(JsonNode listing) {
    Set<String> uids = new TreeSet<>();
    listing.get("items").forEach(agent -> uids.add(agent.get("instanceUid").asText()));
    return uids;
  }

  static Set<String> uids(Collection<Member> members) {
    Set<String> uids = new TreeSet<>();
    members.forEach(member -> uids.add(member.uid()));
    return uids;
  }

  /** Waits until these agents are in this state and run this. */
  void awaitRunning(Collection<Member> members, String state, String hash) {
    rest.awaitFleet(
        members.size() + " agents are " + state,
        PATIENCE,
        shown -> {
          List<String> wrong = new ArrayList<>();
          for (Member member : members) {
            JsonNode is = shown.get(member.uid());
            if (!Rest.runs(is, state, hash)) {
              wrong.add(member.agent() + ": " + is);
            }
          }
          return wrong;
        });
  }

  /** Waits until these agents are in this state. */
  void awaitState(Collection<Member> members, String state) {
    rest.awaitFleet(
        members.size() + " agents are " + state,
        PATIENCE,
        shown ->
            members.stream()
                .map(member -> shown.get(member.uid()))
                .filter(is -> is == null || !is.get("state").asText().equals(state))
                .map(String::valueOf)
                .toList());
  }

  /** Hashes that an agent was sent, in order. */
  List<String> offers(Member member) {
    return swarm.on(
        () -> member.agent().offers().stream().map(offer -> hex(offer.hash())).toList());
  }

  /** How many of these were sent this. */
  long offered(Collection<Member> members, String hash) {
    return members.stream().filter(member -> offers(member).contains(hash)).count();
  }

  /**
   * Nobody was sent again, on the same connection, what it had been sent last and had answered
   * (CFG-08). Right behind an offer the same one may follow: what the agent had said before it is
   * on its way, and has to be answered so (CFG-07).
   */
  void assertNothingOfferedTwice(Collection<Member> members) {
    for (Member member : members) {
      List<SwarmAgent.Offer> offers = swarm.on(() -> List.copyOf(member.agent().offers()));
      for (int i = 1; i < offers.size(); i++) {
        SwarmAgent.Offer before = offers.get(i - 1);
        SwarmAgent.Offer offer = offers.get(i);
        if (offer.line() == before.line() && offer.heard() > before.heard() + ON_THE_WAY) {
          assertThat(offer.hash()).as("%s: %s", member.agent(), offers).isNotEqualTo(before.hash());
        }
      }
    }
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String hex(ByteString hash) {
    return HexFormat.of().formatHex(hash.toByteArray());
  }
}
