package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.BlobStore.Blob;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.RedisClient;

/** Values under our keys that we did not write, or that did not stay as we wrote them. */
class RedisDamageTest {
  @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

  private final Map<String, String> place = REDIS.emptyPlace();
  private final PluginFixture fixture = PluginFixture.durable(new RedisStoragePlugin(), place);
  private final Keys keys = new Keys(String.valueOf(place.get("key-prefix")));
  private final RedisClient client = RedisClient.create("redis://" + place.get("nodes"));
  private Stores stores = fixture.open();

  @BeforeEach
  void writeSome() {
    stores.agents().save(List.of(record(1), record(2), record(3)));
    stores.documents().put("note", "a", ByteString.copyFromUtf8("A"), 0);
    stores.documents().put("note", "b", ByteString.copyFromUtf8("B"), 0);
  }

  @AfterEach
  void close() {
    fixture.close();
    client.close();
  }

  @Test
  void aDamagedAgentIsLeftOutOfListsAndNamedWhenAskedFor() {
    byte[] uid = uid(2).toBytes().toByteArray();
    client.hset(keys.agentRecords(), uid, "not ours".getBytes(UTF_8));

    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .extracting(AgentRecord::uid)
        .containsExactly(uid(1), uid(3));
    assertThatThrownBy(() -> stores.agents().find(uid(2)))
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageContaining(uid(2).toString());
  }

  @Test
  void aPageOfDamagedAgentsDoesNotEndTheListing() {
    for (int number : new int[] {1, 2}) {
      client.hset(keys.agentRecords(), uid(number).toBytes().toByteArray(), new byte[3]);
    }

    assertThat(stores.agents().list(AgentQuery.first(1)).items())
        .extracting(AgentRecord::uid)
        .containsExactly(uid(3));
  }

  @Test
  void anIndexEntryWithoutARecordOrOfAnotherShapeIsLeftOut() {
    client.hdel(keys.agentRecords(), uid(1).toBytes().toByteArray());
    client.zadd(keys.agentUids(), 0, "foreign".getBytes(UTF_8));

    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .extracting(AgentRecord::uid)
        .containsExactly(uid(2), uid(3));
  }

  @Test
  void aDamagedDocumentIsLeftOutOfListsAndNamedWhenAskedFor() {
    client.hset(keys.documents("note"), "a".getBytes(UTF_8), new byte[] {9, 9, 9, 9, 9, 9});

    assertThat(stores.documents().list("note", Optional.empty(), 10).items())
        .extracting(Document::id)
        .containsExactly("b");
    assertThatThrownBy(() -> stores.documents().find("note", "a"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("note a");
  }

  @Test
  void aDamagedRecordCanBeReplaced() {
    client.hset(keys.agentRecords(), uid(2).toBytes().toByteArray(), new byte[0]);
    stores.agents().save(List.of(record(2)));

    assertThat(stores.agents().find(uid(2))).contains(record(2));
  }

  @Test
  void damagedEntriesOfBlobsAreLeftOutAndDoNotEndTheListing() throws IOException {
    List<Blob> kept = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      kept.add(stores.blobs().put(ByteString.copyFromUtf8("blob " + i).newInput()));
    }
    kept.sort(Comparator.comparing(blob -> blob.hash().toString()));
    for (int damaged : new int[] {0, 1, 4}) {
      client.hset(keys.blobs(), Bytes.of(kept.get(damaged).hash().toString()), new byte[] {9});
    }
    client.zadd(keys.blobHashes(), 0, Bytes.of("foreign"));

    List<Blob> listed = new ArrayList<>();
    stores.blobs().each(listed::add);
    assertThat(listed).containsExactly(kept.get(2), kept.get(3), kept.get(5));
    assertThat(stores.blobs().list(Optional.empty(), 1).items()).containsExactly(kept.get(2));
    assertThat(stores.blobs().list(Optional.of(kept.get(3).hash()), 1).items())
        .containsExactly(kept.get(5));
  }

  @Test
  void aRecordOfTheFirstFormatIsReadAndCanBeClaimed() {
    // Report with sequence number 7, label env=prod, seen at 5 and 6, owner n1; no term yet.
    ByteString content =
        ByteString.fromHex("0a021007" + "120f0a0d0a03656e7612060a0470726f64" + "180a200c2a026e31");
    byte[] uid = uid(9).toBytes().toByteArray();
    byte[] member = Bytes.join("2:", Bytes.of("n1"), uid);
    client.hset(keys.agentRecords(), uid, Sealed.seal(content));
    client.zadd(keys.agentUids(), 0, uid);
    client.zadd(keys.agentsByOwner(), 0, member);
    client.hset(keys.agentOwners(), uid, member);
    AgentRecord expected =
        new AgentRecord(
            uid(9),
            AgentToServer.newBuilder().setSequenceNum(7).build(),
            Map.of("env", "prod"),
            Instant.ofEpochMilli(5),
            Instant.ofEpochMilli(6),
            new Ownership(0, "n1", ByteString.EMPTY));

    assertThat(stores.agents().find(uid(9))).contains(expected);
    assertThat(stores.agents().save(List.of(record(9)))).containsExactly(uid(9));
    assertThat(stores.agents().save(List.of(expected))).isEmpty();
    AgentRecord claimed =
        new AgentRecord(
            uid(9),
            expected.report(),
            Map.of(),
            Instant.EPOCH,
            Instant.EPOCH,
            new Ownership(1, "n2", ByteString.EMPTY));
    assertThat(stores.agents().save(List.of(claimed))).isEmpty();
    assertThat(
            stores.agents().list(new AgentQuery(Optional.empty(), Optional.of("n1"), 10)).items())
        .isEmpty();
  }

  @Test
  void aDamagedRecordAmongTheChangesIsLeftOut() {
    client.hset(keys.agentRecords(), uid(2).toBytes().toByteArray(), new byte[3]);

    AgentChanges one = stores.agents().changes(1, 1);
    assertThat(one.saved()).isEmpty();
    assertThat(one.removed()).isEmpty();
    assertThat(one.more()).isTrue();
    assertThat(stores.agents().changes(one.last(), 1).saved()).containsExactly(record(3));
  }

  @Test
  void aKeyOfAnotherTypeFailsTheCallAndNothingElse() {
    client.del(keys.documents("note"));
    client.set(keys.documents("note"), "a string".getBytes(UTF_8));

    assertThatThrownBy(() -> stores.documents().find("note", "a"))
        .isInstanceOf(StorageException.class);
    assertThat(stores.agents().count()).isEqualTo(3);
  }

  private static InstanceUid uid(long number) {
    return new InstanceUid(0, number);
  }

  private static AgentRecord record(long number) {
    return new AgentRecord(
        uid(number),
        AgentToServer.newBuilder().setInstanceUid(uid(number).toBytes()).build(),
        Map.of("env", "prod"),
        Instant.EPOCH,
        Instant.EPOCH,
        Ownership.NONE);
  }
}
