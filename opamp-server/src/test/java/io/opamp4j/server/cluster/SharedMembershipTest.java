package io.opamp4j.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.PluginFixture;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedMembershipTest {
  private static final Duration LEASE = NodeUnderTest.LEASE;
  private static final String LEADER = LeaderLease.ID;

  private final ManualTime time = new ManualTime();
  private final DocumentStore stored =
      PluginFixture.notDurable(new MemoryStoragePlugin(), Map.of(), "it is a test")
          .open()
          .documents();
  private boolean down;
  private final DocumentStore documents =
      (DocumentStore)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {DocumentStore.class},
              (proxy, method, args) -> {
                if (down) {
                  throw new StorageException("it is down", true, null);
                }
                try {
                  return method.invoke(stored, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
  private final List<NodeUnderTest> running = new ArrayList<>();

  private NodeUnderTest join(String id) {
    NodeUnderTest node = new NodeUnderTest(id, documents, time);
    node.join();
    running.add(node);
    return node;
  }

  private void pass(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      List.copyOf(running).forEach(NodeUnderTest::tick);
    }
  }

  private long leaders() {
    return running.stream().filter(node -> node.membership().isLeader()).count();
  }

  @Test
  void nodesKnowEachOtherAndOneLeads() {
    NodeUnderTest a = join("a");
    NodeUnderTest b = join("b");
    pass(Duration.ofSeconds(30));
    for (NodeUnderTest node : running) {
      assertThat(node.membership().nodes())
          .extracting(view -> view.entry().identity().id())
          .containsExactly("a", "b");
      assertThat(node.membership().nodes()).allMatch(NodeView::alive);
      assertThat(node.membership().nodes()).filteredOn(NodeView::leader).hasSize(1);
      assertThat(node.membership().trouble()).isEmpty();
    }
    assertThat(a.membership().nodes()).filteredOn(NodeView::self).hasSize(1);
    assertThat(a.membership().isLeader()).isNotEqualTo(b.membership().isLeader());
    assertThat(a.membership().isAlive("never heard of")).isFalse();
  }

  @Test
  void aNodeThatIsSilentForItsLeaseIsDeadAndLaterForgotten() {
    join("a");
    NodeUnderTest b = join("b");
    pass(Duration.ofSeconds(12));
    running.remove(b);
    pass(LEASE.dividedBy(2));
    assertThat(running.get(0).membership().isAlive("b")).isTrue();
    pass(LEASE);
    assertThat(running.get(0).membership().isAlive("b")).isFalse();
    assertThat(running.get(0).membership().isKnown("b")).as("shown for a while").isTrue();
    pass(LEASE.multipliedBy(11));
    assertThat(running.get(0).membership().isKnown("b")).isFalse();
    assertThat(stored.find(NodeDocuments.KIND, "b")).isEmpty();

    running.add(b);
    pass(Duration.ofSeconds(3));
    assertThat(running.get(0).membership().isAlive("b")).as("it comes back").isTrue();
    assertThat(b.membership().trouble()).isEmpty();
  }

  @Test
  void theLeadChangesAtOnceWhenItsHolderLeavesAndAfterALeaseWhenItDies() {
    NodeUnderTest a = join("a");
    pass(Duration.ofSeconds(2));
    NodeUnderTest b = join("b");
    pass(Duration.ofSeconds(2));
    assertThat(a.membership().isLeader()).isTrue();

    a.leave();
    running.remove(a);
    pass(Duration.ofSeconds(1));
    assertThat(b.membership().isLeader()).isTrue();
    assertThat(stored.find(NodeDocuments.KIND, "a")).isEmpty();

    NodeUnderTest c = join("c");
    running.remove(b);
    pass(LEASE);
    assertThat(c.membership().isLeader()).as("the other may still rely on it").isFalse();
    pass(Duration.ofSeconds(5));
    assertThat(c.membership().isLeader()).isTrue();
    assertThat(b.membership().isLeader()).as("on its own clock its lease is over").isFalse();
  }

  @Test
  void aLeaderThatWasPausedLearnsOfItsSuccessorBeforeItWrites() {
    NodeUnderTest a = join("a");
    NodeUnderTest b = join("b");
    pass(Duration.ofSeconds(5));
    running.remove(a);
    pass(LEASE.multipliedBy(2));
    assertThat(b.membership().isLeader()).isTrue();

    assertThat(a.membership().isLeader()).isFalse();
    List<String> done = new ArrayList<>();
    a.membership().onlyLeader(now -> done.add("a")).accept(time.instant());
    b.membership().onlyLeader(now -> done.add("b")).accept(time.instant());
    assertThat(done).containsExactly("b");
    running.add(a);
    pass(LEASE.multipliedBy(2));
    assertThat(b.membership().isLeader()).isTrue();
    assertThat(leaders()).isEqualTo(1);
  }

  @Test
  void whileStorageIsDownNobodyLeadsNobodyIsReadyAndNobodyDies() {
    NodeUnderTest a = join("a");
    NodeUnderTest b = join("b");
    pass(Duration.ofSeconds(5));
    down = true;
    pass(LEASE);
    assertThat(leaders()).isZero();
    assertThat(a.membership().trouble()).get().asString().contains("it is down");
    pass(LEASE.multipliedBy(5));
    down = false;
    pass(Duration.ofSeconds(1));
    assertThat(a.membership().isAlive("b")).isTrue();
    assertThat(b.membership().isAlive("a")).isTrue();
    assertThat(a.membership().trouble()).isEmpty();
    pass(LEASE.multipliedBy(2));
    assertThat(leaders()).isEqualTo(1);
    assertThatThrownBy(
            () -> {
              down = true;
              a.membership().look();
            })
        .isInstanceOf(StorageException.class);
  }

  @Test
  void whatIsNoNodeIsLeftOut() {
    NodeUnderTest a = join("a");
    stored.put(NodeDocuments.KIND, "b", ByteString.copyFromUtf8("rubbish"), 0);
    stored.put(NodeDocuments.KIND, "c", ByteString.EMPTY, 0);
    stored.put(LeaderLease.KIND, "another", ByteString.copyFromUtf8("x"), 0);
    pass(Duration.ofSeconds(2));
    assertThat(a.membership().nodes()).hasSize(1);
    assertThat(a.membership().isLeader()).isTrue();
  }

  @Test
  void anEntryIsReadAsItWasWritten() {
    NodeEntry entry =
        new NodeEntry(
            new NodeIdentity("n-1", "n", "h:1", "0.1", ManualTime.START),
            new NodeLoad(1, 2, 3.5, 4));
    Document document =
        new Document(NodeDocuments.KIND, "n-1", 1, NodeDocuments.encode(entry), ManualTime.START);
    assertThat(NodeDocuments.decode(document)).isEqualTo(entry);
  }

  @Test
  void aFreeLeadIsTakenOnceAlsoWhenManyTryAtTheSameMoment() {
    for (int i = 0; i < 5; i++) {
      join("n" + i);
    }
    pass(Duration.ofSeconds(1));
    assertThat(leaders()).isEqualTo(1);
    assertThat(stored.find(LeaderLease.KIND, LEADER)).isPresent();
  }
}
