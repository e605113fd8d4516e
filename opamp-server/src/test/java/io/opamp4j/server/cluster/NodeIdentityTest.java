package io.opamp4j.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NodeIdentityTest {
  private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

  private static NodeIdentity of(String host, Optional<String> node, RandomGenerator random) {
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server(host, 4321, Duration.ofSeconds(1)),
            defaults.agents(),
            defaults.storage(),
            new ServerConfig.Cluster(node, Duration.ofSeconds(10)));
    return NodeIdentity.of(config, "here", "0.1", STARTED, random);
  }

  @Test
  void theNameIsTheConfiguredOneOrHostAndPort() {
    RandomGenerator random = new SplittableRandom(1);
    assertThat(of("127.0.0.1", Optional.of("n-1"), random).name()).isEqualTo("n-1");
    assertThat(of("127.0.0.1", Optional.empty(), random).name()).isEqualTo("here-4321");
  }

  @Test
  void theAddressIsOneThatPeopleCanUse() {
    RandomGenerator random = new SplittableRandom(1);
    assertThat(of("10.0.0.7", Optional.empty(), random).address()).isEqualTo("10.0.0.7:4321");
    assertThat(of("0.0.0.0", Optional.empty(), random).address()).isEqualTo("here:4321");
    assertThat(of("::", Optional.empty(), random).address()).isEqualTo("here:4321");
  }

  @Test
  void everyStartMakesAnotherNode() {
    RandomGenerator random = new SplittableRandom(1);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      ids.add(of("127.0.0.1", Optional.of("n"), random).id());
    }
    assertThat(ids).hasSize(1_000).allMatch(id -> id.matches("n-[0-9a-f]{8}"));
  }
}
