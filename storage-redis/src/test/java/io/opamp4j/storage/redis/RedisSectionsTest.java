package io.opamp4j.storage.redis;

import static io.opamp4j.testkit.storage.SectionedRecords.owned;
import static io.opamp4j.testkit.storage.SectionedRecords.record;
import static io.opamp4j.testkit.storage.SectionedRecords.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.PluginFixture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.RedisClient;

/** That sections are kept once, and no longer than somebody refers to them. */
class RedisSectionsTest {
  private static final long SEED = 20261122;

  @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

  private final Map<String, String> place = REDIS.emptyPlace();
  private final PluginFixture fixture = PluginFixture.durable(new RedisStoragePlugin(), place);
  private final Keys keys = new Keys(String.valueOf(place.get("key-prefix")));
  private final RedisClient client = RedisClient.create("redis://" + place.get("nodes"));
  private final AgentStore agents = fixture.open().agents();

  @AfterEach
  void close() {
    fixture.close();
    client.close();
  }

  @Test
  void whatAThousandAgentsShareIsThereOnce() {
    List<AgentRecord> batch = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      batch.add(record(i, 1));
    }
    agents.save(batch);
    agents.save(batch);

    assertThat(uses()).containsExactly("1000");
    assertThat(client.hstrlen(keys.agentRecords(), uid(1).toBytes().toByteArray())).isLessThan(120);
    assertThat(agents.list(AgentQuery.first(1_000)).items()).isEqualTo(batch);
  }

  @Test
  void theCountsAreRightAfterAnyHistoryAndNothingIsLeftInTheEnd() {
    Random random = new Random(SEED);
    Map<Integer, Integer> configs = new HashMap<>();
    for (int round = 0; round < 300; round++) {
      int agent = random.nextInt(10);
      if (random.nextInt(4) == 0) {
        agents.remove(uid(agent));
        configs.remove(agent);
      } else {
        int config = random.nextInt(5);
        // The first of the two is overwritten in the same batch.
        agents.save(List.of(record(agent, random.nextInt(7)), record(agent, config)));
        configs.put(agent, config);
      }
      Map<Integer, Integer> expected = new HashMap<>();
      configs.values().stream()
          .filter(config -> config > 0)
          .forEach(config -> expected.merge(config, 1, Integer::sum));
      assertThat(uses())
          .as("seed %d round %d", SEED, round)
          .containsExactlyInAnyOrderElementsOf(
              expected.values().stream().map(String::valueOf).toList());
      assertThat(client.hlen(keys.sections())).isEqualTo(expected.size());
    }
    configs.keySet().forEach(agent -> agents.remove(uid(agent)));
    assertThat(client.exists(keys.sections(), keys.sectionUses(), keys.agentReferences())).isZero();
  }

  @Test
  void aRefusedRecordLeavesNoSectionBehind() {
    agents.save(List.of(owned(record(1, 1), 2)));
    assertThat(agents.save(List.of(owned(record(1, 2), 1)))).containsExactly(uid(1));

    assertThat(uses()).containsExactly("1");
    assertThat(client.hlen(keys.sections())).isEqualTo(1);
  }

  @Test
  void aSectionThatIsGoneOrSpoiledIsToldWithTheAgentAndMendedByTheNextWriter() {
    List<Runnable> damages =
        List.of(
            () -> client.del(keys.sections()),
            () -> client.hkeys(keys.sections()).forEach(this::spoil),
            () -> client.del(keys.agentReferences()));
    for (Runnable damage : damages) {
      agents.save(List.of(record(1, 1), record(2, 2), record(3, 0)));
      damage.run();

      assertThat(agents.list(AgentQuery.first(10)).items()).containsExactly(record(3, 0));
      assertThatThrownBy(() -> agents.find(uid(1)))
          .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse())
          .hasMessageContaining(uid(1).toString())
          .hasMessageContaining("effective_config");

      agents.save(List.of(record(1, 1), record(2, 2)));
      assertThat(agents.list(AgentQuery.first(10)).items())
          .containsExactly(record(1, 1), record(2, 2), record(3, 0));
    }
  }

  @Test
  void referencesThatWereCutShortHarmOnlyTheirAgent() {
    agents.save(List.of(record(1, 1), record(3, 0)));
    client.hset(keys.agentReferences(), uid(1).toBytes().toByteArray(), new byte[7]);
    client.hset(keys.sections(), new byte[6], new byte[2]);

    assertThat(agents.list(AgentQuery.first(10)).items()).containsExactly(record(3, 0));
    assertThatThrownBy(() -> agents.find(uid(1))).isInstanceOf(StorageException.class);
    agents.save(List.of(record(1, 1)));
    assertThat(agents.find(uid(1))).contains(record(1, 1));
  }

  private void spoil(byte[] hash) {
    client.hset(keys.sections(), hash, "spoiled".getBytes(StandardCharsets.UTF_8));
  }

  private List<String> uses() {
    return client.hvals(keys.sectionUses()).stream().map(Bytes::text).toList();
  }
}
