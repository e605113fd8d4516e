package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  private static final List<String> KEYS =
      List.of("server.host", "server.port", "agents.heartbeat-ttl", "agents.server-heartbeat-ttl");

  @ParameterizedTest
  @CsvSource({
    "server.prot, server.port",
    "server_port, server.port",
    "SERVER.PORT, server.port",
    "srver.port, server.port",
    "host, server.host",
    "agents.heartbeatTtl, agents.heartbeat-ttl",
    "heartbeat-ttl,",
    "completely.else,",
    "x,",
    "'',",
    "...,",
  })
  void suggests(String name, String expected) {
    assertThat(Suggestions.nearest(name, KEYS).orElse(null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"'','',0", "abc,abc,0", "abc,acb,1", "abc,ab,1", "'',abc,3", "kitten,sitting,3"})
  void countsEdits(String a, String b, int edits) {
    assertThat(Suggestions.distance(a, b)).isEqualTo(edits);
  }

  @Test
  void distanceIsSymmetricAndNeverAboveTheLongerLength() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      String a = word(random);
      String b = word(random);
      int distance = Suggestions.distance(a, b);
      assertThat(Suggestions.distance(b, a)).as("seed %d", seed).isEqualTo(distance);
      assertThat(distance)
          .as("seed %d", seed)
          .isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
      assertThat(distance == 0).as("seed %d", seed).isEqualTo(a.equals(b));
    }
  }

  @Test
  void anEndlessNameIsNotCompared() {
    assertThat(Suggestions.nearest("server.port".repeat(100_000), KEYS)).isEmpty();
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }
}
