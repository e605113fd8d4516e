package io.opamp4j.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.ChangeFeed.Change;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Storage.Check;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisSentinel;

/** Redis goes away and comes back while the backend is open. */
class RedisOutageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ByteString BODY = ByteString.copyFromUtf8("body");

  private static final AgentRecord AGENT =
      new AgentRecord(
          new InstanceUid(0, 1),
          AgentToServer.getDefaultInstance(),
          Map.of(),
          Instant.EPOCH,
          Instant.EPOCH,
          Ownership.NONE);

  private final RedisUnderTest.Started redis =
      RedisUnderTest.Started.start(1, List.of("appendonly yes", "appendfsync always"));

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void aRestartLosesNothingAcknowledgedAndIsSurvivedWithoutReopening() throws Exception {
    try (PluginFixture fixture = open(Map.of("nodes", redis.nodes()));
        PluginFixture other = open(Map.of("nodes", redis.nodes()))) {
      Stores stores = fixture.open();
      Stores otherNode = other.open();
      BlockingQueue<Change> heard = new LinkedBlockingQueue<>();
      stores.changes().subscribe(heard::add);
      stores.documents().put("note", "before", BODY, 0);

      redis.server(0).stop();

      assertThat(stores.storage().check())
          .satisfies(check -> assertThat(check.ok()).isFalse())
          .satisfies(check -> assertThat(check.message()).isNotBlank().doesNotContain("\n"));
      assertThatThrownBy(() -> stores.documents().put("note", "during", BODY, 0))
          .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isTrue());

      redis.server(0).start();

      assertThat(stores.storage().check()).isEqualTo(Check.OK);
      assertThat(stores.documents().find("note", "before")).isPresent();
      assertThat(stores.documents().find("note", "during")).isEmpty();
      heard.clear();
      otherNode.documents().put("note", "after", BODY, 0);
      Change change = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      while (change != null && !change.id().equals("after")) {
        change = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      assertThat(change).as("the hint of another node, after the restart").isNotNull();
    }
  }

  @Test
  void aFullMemoryRefusesWritesAsSuchAndReadsGoOn() {
    try (PluginFixture fixture = open(Map.of("nodes", redis.nodes()));
        Jedis admin = new Jedis("127.0.0.1", redis.ports().get(0))) {
      Stores stores = fixture.open();
      stores.documents().put("note", "before", BODY, 0);
      admin.configSet("maxmemory", "1");

      List<ThrowingCallable> refused =
          List.of(
              () -> stores.documents().put("note", "during", BODY, 0),
              () -> stores.agents().save(List.of(AGENT)),
              () -> stores.blobs().put(BODY.newInput()));
      for (ThrowingCallable write : refused) {
        assertThatThrownBy(write)
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FULL));
      }
      assertThat(stores.documents().find("note", "before")).isPresent();
      assertThat(stores.storage().check().message()).startsWith("Redis is full");

      admin.configSet("maxmemory", "0");
      assertThat(stores.storage().check()).isEqualTo(Check.OK);
      assertThat(stores.documents().put("note", "during", BODY, 0).version()).isEqualTo(1);
    }
  }

  @Test
  void aWrongPasswordIsWrongForGood() {
    try (Jedis admin = new Jedis("127.0.0.1", redis.ports().get(0))) {
      admin.aclSetUser("opamp", "on", ">right", "~test*", "&*", "+@all");
      PluginFixture wrong =
          open(Map.of("nodes", redis.nodes(), "username", "opamp", "password", "wrong"));
      assertThatThrownBy(wrong::open).hasStackTraceContaining("WRONGPASS");

      try (PluginFixture right =
          open(Map.of("nodes", redis.nodes(), "username", "opamp", "password", "right"))) {
        assertThat(right.open().documents().put("note", "a", BODY, 0).version()).isEqualTo(1);
      }
    }
  }

  @Test
  void aFailOverBySentinelIsFollowed() throws Exception {
    String master = "127.0.0.1 " + redis.ports().get(0);
    RedisUnderTest.Started replica =
        RedisUnderTest.Started.start(1, List.of("replicaof " + master));
    int port = RedisUnderTest.Started.freePort();
    RedisSentinel sentinel =
        RedisSentinel.newRedisSentinel()
            .bind("127.0.0.1")
            .port(port)
            .masterName("fleet")
            .masterPort(redis.ports().get(0))
            .quorumSize(1)
            .downAfterMilliseconds(500)
            .failOverTimeout(2000)
            .build();
    try (PluginFixture fixture =
        open(
            Map.of(
                "mode", "sentinel",
                "nodes", "127.0.0.1:" + port,
                "sentinel-master", "fleet"))) {
      sentinel.start();
      until("the sentinel knows the replica", () -> replicasKnown(port) == 1);
      Stores stores = fixture.open();
      stores.documents().put("note", "before", BODY, 0);
      until("the replica has caught up", () -> replicated(replica.ports().get(0)));

      redis.server(0).stop();

      until("writes succeed again", () -> succeeds(stores));
      assertThat(stores.documents().find("note", "before")).isPresent();
      assertThat(stores.storage().check()).isEqualTo(Check.OK);
    } finally {
      sentinel.stop();
      replica.close();
    }
  }

  private static boolean succeeds(Stores stores) {
    try {
      long version = stores.documents().find("note", "after").map(d -> d.version()).orElse(0L);
      stores.documents().put("note", "after", BODY, version);
      return true;
    } catch (StorageException e) {
      assertThat(e.retryable()).as("%s", e.getMessage()).isTrue();
      return false;
    }
  }

  private static int replicasKnown(int sentinelPort) {
    try (Jedis sentinel = new Jedis("127.0.0.1", sentinelPort)) {
      return sentinel.sentinelReplicas("fleet").size();
    }
  }

  private static boolean replicated(int port) {
    try (Jedis replica = new Jedis("127.0.0.1", port)) {
      return replica.dbSize() > 0;
    }
  }

  /** Redis tells nobody when it has come to these points, so all that can be done is to ask. */
  private static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static PluginFixture open(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.putIfAbsent("key-prefix", "test");
    all.putIfAbsent("command-timeout", "2s");
    return PluginFixture.durable(new RedisStoragePlugin(), all);
  }
}
