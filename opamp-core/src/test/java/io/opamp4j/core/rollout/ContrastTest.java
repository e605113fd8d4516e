package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a rollout pauses on errors, it says what the failing agents have in common. */
class ContrastTest {

  @ParameterizedTest(name = "{0} of {1} failing, {2} of {3} successful: told {4}")
  @CsvSource({
    "5, 5, 0, 10, true",
    "3, 3, 0, 3, true",
    "2, 2, 0, 13, true",
    "2, 2, 2, 13, true",
    "2, 2, 6, 13, false",
    "15, 15, 100, 300, true",
    "12, 15, 30, 300, true",
    "8, 15, 150, 300, false",
    "15, 15, 300, 300, false",
    "1, 1, 0, 300, false",
    "1, 5, 0, 300, false",
    "2, 2, 0, 1, false",
    "0, 5, 300, 300, false",
    "5, 5, 0, 0, false",
    "0, 0, 5, 5, false",
  })
  void tellsWhatIsNoAccident(
      int failingWith, int failing, int successfulWith, int successful, boolean told) {
    List<Trait> traits =
        Contrast.of(
            agents("region", "eu", failingWith, failing),
            agents("region", "eu", successfulWith, successful),
            5);
    if (!told) {
      assertThat(traits).isEmpty();
      return;
    }
    assertThat(traits).hasSize(1);
    assertThat(traits.get(0))
        .hasToString(
            "region=eu: %d of %d failing, %d of %d successful"
                .formatted(failingWith, failing, successfulWith, successful));
  }

  @Test
  void aTraitThatSeparatesBetterComesFirst() {
    List<Map<String, String>> failing = new ArrayList<>();
    List<Map<String, String>> successful = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean fails = i < 10;
      Map<String, String> agent = new HashMap<>();
      agent.put("service.version", fails ? "0.99" : "0.98");
      agent.put("region", fails || i < 20 ? "eu" : "us");
      agent.put("os.type", "linux");
      agent.put("host.name", "host-" + i);
      agent.put("process.pid", Integer.toString(i * 7));
      (fails ? failing : successful).add(agent);
    }
    assertThat(Contrast.of(failing, successful, 5))
        .extracting(Trait::key)
        .containsExactly("service.version", "region");
    assertThat(Contrast.of(failing, successful, 1))
        .extracting(Trait::key)
        .containsExactly("service.version");
  }

  @Test
  void theScoreIsTwiceTheLogarithmOfTheLikelihoodRatio() {
    Trait trait = Contrast.of(agents("a", "b", 4, 4), agents("a", "b", 0, 4), 1).get(0);
    assertThat(trait.score()).isCloseTo(2 * 8 * Math.log(2), Offset.offset(1e-9));
  }

  @Test
  void tiesComeByKeyAndValue() {
    List<Map<String, String>> failing = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      failing.add(Map.of("b", "1", "a", "2", "c", "0"));
    }
    List<Trait> traits = Contrast.of(failing, agents("d", "0", 9, 9), 9);
    assertThat(traits).extracting(Trait::key).containsExactly("a", "b", "c");
  }

  @Test
  void aPlantedCauseAmongRandomAttributesIsFirst() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Map<String, String>> failing = new ArrayList<>();
      List<Map<String, String>> successful = new ArrayList<>();
      int size = 100 + random.nextInt(200);
      for (int i = 0; i < size; i++) {
        Map<String, String> agent = randomAgent(random, i);
        boolean cause = i < 8 || random.nextInt(20) == 0;
        agent.put("exporter", cause ? "kafka" : "otlp");
        (cause ? failing : successful).add(agent);
      }
      List<Trait> traits = Contrast.of(failing, successful, 5);
      assertThat(traits).as("seed %d", seed).isNotEmpty();
      assertThat(traits.get(0).value()).as("seed %d: %s", seed, traits).isEqualTo("kafka");
    }
  }

  @Test
  void inNothingButNoiseAlmostNothingIsFound() {
    int found = 0;
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Map<String, String>> failing = new ArrayList<>();
      List<Map<String, String>> successful = new ArrayList<>();
      int size = 10 + random.nextInt(200);
      for (int i = 0; i < size; i++) {
        (random.nextInt(8) == 0 ? failing : successful).add(randomAgent(random, i));
      }
      found += Contrast.of(failing, successful, 5).isEmpty() ? 0 : 1;
    }
    assertThat(found).as("of 500").isLessThan(50);
  }

  private static Map<String, String> randomAgent(Random random, int number) {
    Map<String, String> agent = new HashMap<>();
    agent.put("host.name", "host-" + number);
    agent.put("process.pid", Integer.toString(random.nextInt(100_000)));
    for (int key = 0; key < 15; key++) {
      agent.put("attribute." + key, Integer.toString(random.nextInt(2 + key)));
    }
    return agent;
  }

  private static List<Map<String, String>> agents(String key, String value, int with, int all) {
    List<Map<String, String>> agents = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      agents.add(i < with ? Map.of(key, value) : Map.of());
    }
    return agents;
  }
}
