package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.cluster.NodeUnderTest;
import io.opamp4j.storage.AgentRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Three nodes on one storage, and agents that go from one to another. */
class ClusterTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LEASE = NodeUnderTest.LEASE;

  /** In which every node has noticed that another one is dead. */
  private static final Duration DEATH = LEASE.multipliedBy(3).dividedBy(2);

  private final Cluster cluster = new Cluster(ServerConfig.Agents.DEFAULT);
  private final Cluster.Node n1 = cluster.start("n1");
  private final Cluster.Node n2 = cluster.start("n2");
  private final Cluster.Node n3 = cluster.start("n3");
  private final ClusterAgent agent = new ClusterAgent(Hub.UID);

  private void settle() {
    for (int i = 0; i < 3; i++) {
      agent.listen();
      cluster.pass(SECOND);
    }
  }

  private void assertEverywhere(ConnectionState state) {
    for (Cluster.Node node : cluster.working()) {
      assertThat(node.state(agent.uid())).as(node.id).isEqualTo(state);
    }
  }

  private void assertNobodySawItDisconnected() {
    for (Cluster.Node node : cluster.nodes) {
      assertThat(node.disconnects()).as(node.id).isEmpty();
    }
  }

  @Test
  void everyNodeShowsTheAgentOfOneAlike() {
    agent.connect(n1);
    settle();
    assertThat(List.of(n2.view(agent.uid()), n3.view(agent.uid())))
        .allSatisfy(
            view -> {
              assertThat(view.status().state()).isEqualTo(ConnectionState.CONNECTED);
              assertThat(view.node()).contains(n1.id);
              assertThat(view.transport()).contains(Connection.Transport.WEBSOCKET);
              assertThat(view.remoteAddress()).contains("127.0.0.1:1");
              assertThat(view.report()).isEqualTo(n1.view(agent.uid()).report());
            });
    List<Cluster.Node> nodes = List.of(n1, n2, n3);
    nodes.forEach(node -> node.hub.want("v1"));
    cluster.pass(SECOND);
    cluster.pass(SECOND);
    assertEverywhere(ConnectionState.CONFIGURING);
    settle();
    assertEverywhere(ConnectionState.CONNECTED);
    assertThat(n2.view(agent.uid()).report().getRemoteConfigStatus().getLastRemoteConfigHash())
        .isEqualTo(n1.view(agent.uid()).target().offers().getRemoteConfig().getConfigHash());

    agent.close();
    cluster.pass(Duration.ofSeconds(2));
    assertEverywhere(ConnectionState.DISCONNECTED);
    assertThat(n2.view(agent.uid()).status()).isEqualTo(n1.view(agent.uid()).status());
    assertThat(n2.view(agent.uid()).remoteAddress()).isEmpty();
    for (Cluster.Node node : nodes) {
      assertThat(node.disconnects()).as("one event on %s", node.id).hasSize(1);
    }
  }

  @Test
  void aNodeThatStartsShowsWhatTheOthersHave() {
    agent.connect(n1);
    settle();
    Cluster.Node n4 = cluster.start("n4");
    assertThat(n4.state(agent.uid())).isEqualTo(ConnectionState.CONNECTED);
    assertThat(n4.hub.events).isEmpty();
  }

  @Test
  void anAgentThatMovesWhileItsOldSocketIsHalfOpenIsNeverDisconnected() {
    agent.connect(n1);
    settle();
    FakeConnection old = agent.socket();
    agent.connect(n2);
    settle();

    assertEverywhere(ConnectionState.CONNECTED);
    assertNobodySawItDisconnected();
    assertThat(n1.view(agent.uid()).node()).contains(n2.id);
    assertThat(old.closes()).hasSize(1).first().asString().startsWith("1001");
    assertThat(n1.hub.events).anyMatch(AgentEvent.TakenOver.class::isInstance);

    n1.receive(() -> n1.hub.hub.received(old, agent.self.fullState()));
    n1.receive(() -> n1.hub.hub.closed(old, "closed by the peer (1001)"));
    cluster.pass(Duration.ofSeconds(3));
    assertThat(old.takeSent()).as("answers to what still came on the old socket").isEmpty();
    assertThat(n1.view(agent.uid()).node()).contains(n2.id);
    assertThat(record().ownership().node()).isEqualTo(n2.id);
    assertNobodySawItDisconnected();
  }

  @Test
  void nodesThatClaimAtTheSameMomentAgreeAndOneSocketSurvives() {
    agent.connect(n1);
    FakeConnection first = agent.socket();
    agent.connect(n2);
    FakeConnection second = agent.socket();
    cluster.pass(Duration.ofSeconds(5));

    assertThat(List.of(first.closes().size(), second.closes().size()))
        .as("closed: one of the two")
        .containsExactlyInAnyOrder(0, 1);
    String owner = record().ownership().node();
    long term = record().ownership().term();
    for (Cluster.Node node : cluster.nodes) {
      assertThat(node.view(agent.uid()).node()).as(node.id).contains(owner);
    }
    cluster.pass(Duration.ofSeconds(20), agent::heartbeat);
    assertThat(record().ownership().term()).as("no more claims").isEqualTo(term);
  }

  @Test
  void agentsOfADeadNodeThatComeBackWithinTheLeaseNeverShowDisconnected() {
    ClusterAgent other = new ClusterAgent(Hub.OTHER);
    agent.connect(n1);
    other.connect(n1);
    cluster.pass(Duration.ofSeconds(20), agent::heartbeat);
    n1.dead = true;
    cluster.pass(Duration.ofSeconds(4));
    agent.connect(n2);
    cluster.pass(DEATH, agent::heartbeat);

    assertEverywhere(ConnectionState.CONNECTED);
    for (Cluster.Node node : List.of(n2, n3)) {
      assertThat(node.disconnects()).extracting(AgentEvent::uid).containsExactly(other.uid());
      assertThat(node.view(other.uid()).status().reason())
          .isEqualTo("node " + n1.id + " stopped answering");
    }
    AgentRecord lost = cluster.stores.agents().find(other.uid()).orElseThrow();
    assertThat(lost.ownership().node()).as("the leader wrote it down").isNotEqualTo(n1.id);
    assertThat(lost.lastSeen())
        .as("it was connected until about then")
        .isAfter(lost.firstSeen().plusSeconds(10));
  }

  @Test
  void aNodeThatWasPausedGetsItsAgentsBack() {
    agent.connect(n1);
    settle();
    n1.paused = true;
    cluster.pass(DEATH);
    assertEverywhere(ConnectionState.DISCONNECTED);
    assertThat(n1.trouble()).isPresent();

    n1.resume();
    cluster.pass(Duration.ofSeconds(4), agent::heartbeat);
    assertThat(n1.trouble()).isEmpty();
    assertEverywhere(ConnectionState.CONNECTED);
    assertThat(n2.view(agent.uid()).node()).contains(n1.id);
    assertThat(agent.isSentAway()).isFalse();
    assertThat(n1.disconnects()).as("it was connected to n1 all the time").isEmpty();
  }

  @Test
  void anAgentThatLeftAPausedNodeStaysWhereItIs() {
    agent.connect(n1);
    settle();
    FakeConnection old = agent.socket();
    n1.paused = true;
    agent.connect(n2);
    cluster.pass(DEATH, agent::heartbeat);
    n1.resume();
    cluster.pass(Duration.ofSeconds(4), agent::heartbeat);

    assertThat(record().ownership().node()).isEqualTo(n2.id);
    assertThat(old.closes()).hasSize(1);
    assertNobodySawItDisconnected();
  }

  @Test
  void nobodyIsDisconnectedBecauseStorageIsDown() {
    agent.connect(n1);
    settle();
    cluster.storageIsDown = true;
    ClusterAgent late = new ClusterAgent(Hub.OTHER);
    late.connect(n2);
    cluster.pass(LEASE.multipliedBy(4), agent::heartbeat);
    for (Cluster.Node node : cluster.nodes) {
      assertThat(node.trouble()).as(node.id).isPresent();
      assertThat(node.leads()).as(node.id).isFalse();
    }
    assertThat(n2.state(late.uid())).as("it is served").isEqualTo(ConnectionState.CONNECTED);

    cluster.storageIsDown = false;
    cluster.pass(Duration.ofSeconds(20), agent::heartbeat);
    assertEverywhere(ConnectionState.CONNECTED);
    assertThat(n3.state(late.uid())).isEqualTo(ConnectionState.CONNECTED);
    assertNobodySawItDisconnected();
    assertThat(cluster.nodes).filteredOn(Cluster.Node::leads).hasSize(1);
  }

  @Test
  void aNodeThatAloneCannotReachStorageKeepsItsAgentsAndClaimsThemAgain() {
    agent.connect(n1);
    settle();
    n1.cutOff = true;
    cluster.pass(DEATH, agent::heartbeat);
    assertThat(n1.state(agent.uid())).isEqualTo(ConnectionState.CONNECTED);
    assertThat(n2.state(agent.uid())).isEqualTo(ConnectionState.DISCONNECTED);

    n1.cutOff = false;
    cluster.pass(Duration.ofSeconds(5), agent::heartbeat);
    assertEverywhere(ConnectionState.CONNECTED);
    assertThat(record().ownership().node()).isEqualTo(n1.id);
  }

  @Test
  void aNodeThatStopsTellsOfItsAgentsAndHandsTheLeadOver() {
    agent.connect(n1);
    settle();
    assertThat(n1.leads()).isTrue();
    agent.close();
    n1.stop();
    cluster.pass(Duration.ofSeconds(2));
    assertEverywhere(ConnectionState.DISCONNECTED);
    assertThat(n2.view(agent.uid()).status().reason()).contains("closed by the peer");
    assertThat(List.of(n2, n3)).filteredOn(Cluster.Node::leads).hasSize(1);
  }

  @Test
  void pollsThatGoToAnyNodeAreServed() {
    List<Cluster.Node> nodes = List.of(n1, n2, n3);
    for (int i = 0; i < 12; i++) {
      if (i == 6) {
        n1.hub.beside.desk.create(agent.uid(), restart());
        cluster.pass(SECOND);
      }
      agent.poll(nodes.get(i % 3));
      agent.listen();
      cluster.pass(Duration.ofSeconds(5));
      assertEverywhere(ConnectionState.CONNECTED);
    }
    assertThat(agent.restarts).as("an order goes with an answer").isEqualTo(1);
    assertNobodySawItDisconnected();
    assertThat(n3.view(agent.uid()).report().hasAgentDescription()).isTrue();
    cluster.pass(Duration.ofSeconds(130));
    assertEverywhere(ConnectionState.DISCONNECTED);
  }

  @Test
  void twoAgentsWithOneUidOnTwoNodesDoNotMakeMoreClaimsThanTheyMakeConnections() {
    ClusterAgent twin = new ClusterAgent(Hub.UID);
    agent.connect(n1);
    settle();
    for (int i = 0; i < 4; i++) {
      long before = record().ownership().term();
      (i % 2 == 0 ? twin : agent).connect(i % 2 == 0 ? n2 : n1);
      cluster.pass(Duration.ofSeconds(10));
      assertThat(record().ownership().term()).isEqualTo(before + 1);
      assertThat(record().ownership().node())
          .as("the later wins")
          .isEqualTo(i % 2 == 0 ? n2.id : n1.id);
    }
    assertNobodySawItDisconnected();
  }

  @Test
  void aCatalogueToldToOneNodeIsReadOnAnother() {
    ByteString hash = ByteString.copyFromUtf8("components");
    AvailableComponents full =
        AvailableComponents.newBuilder()
            .setHash(hash)
            .putComponents("receiver/otlp", ComponentDetails.getDefaultInstance())
            .build();
    FakeConnection socket = FakeConnection.socket("s");
    AgentToServer.Builder report = Hub.first(Hub.UID, 0x4001).setAvailableComponents(full);
    n1.receive(() -> n1.hub.hub.received(socket, report.build()));
    cluster.pass(Duration.ofSeconds(2));
    assertThat(n2.hub.beside.catalogues.find(hash)).as("by hint").contains(full);

    cluster.hintIsLost = () -> true;
    Cluster.Node n4 = cluster.start("n4");
    assertThat(n4.hub.beside.catalogues.find(hash)).as("read at the start").contains(full);
    ByteString another = ByteString.copyFromUtf8("others");
    AvailableComponents more = full.toBuilder().setHash(another).build();
    n1.receive(
        () ->
            n1.hub.hub.received(socket, Hub.bare(Hub.UID, 1).setAvailableComponents(more).build()));
    cluster.pass(Duration.ofSeconds(2));
    assertThat(n2.hub.beside.catalogues.find(another)).as("without a hint").contains(more);

    ByteString unheard = ByteString.copyFromUtf8("unheard of");
    AvailableComponents most = full.toBuilder().setHash(unheard).build();
    cluster
        .stores
        .documents()
        .put(CatalogueStore.KIND, CatalogueStore.id(unheard), most.toByteString(), 0);
    assertThat(n2.hub.beside.catalogues.find(unheard)).isEmpty();
    assertThat(n2.hub.beside.catalogues.findAnywhere(unheard)).contains(most);
    assertThat(n2.hub.beside.catalogues.findAnywhere(ByteString.EMPTY)).isEmpty();
  }

  @Test
  void aHandlerCannotSendToAnAgentOfAnotherNode() {
    agent.connect(n1);
    agent.self.next(
        report ->
            report.setCustomCapabilities(
                CustomCapabilities.newBuilder().addCapabilities("com.example.x")));
    agent.heartbeat();
    n1.receive(() -> n1.hub.hub.received(agent.socket(), agent.self.fullState()));
    settle();
    assertThat(n2.hub.beside.sender.send(agent.uid(), "com.example.x", "t", ByteString.EMPTY))
        .isFalse();
    assertThat(n1.hub.beside.sender.send(agent.uid(), "com.example.x", "t", ByteString.EMPTY))
        .isTrue();
  }

  @Test
  void anOrderMadeAnywhereReachesTheAgentOnceAlsoWhenTheHintIsLost() {
    agent.connect(n1);
    settle();
    cluster.hintIsLost = () -> true;
    n2.hub.beside.desk.create(agent.uid(), restart());
    cluster.pass(OrderUpkeep.REREAD.plusSeconds(5), agent::heartbeat);
    agent.listen();
    assertThat(agent.restarts).isEqualTo(1);

    cluster.hintIsLost = () -> false;
    n3.hub.beside.desk.create(agent.uid(), restart());
    cluster.pass(Duration.ofSeconds(3));
    agent.listen();
    assertThat(agent.restarts).isEqualTo(2);
    cluster.pass(Duration.ofMinutes(3), agent::heartbeat);
    agent.listen();
    assertThat(agent.restarts).isEqualTo(2);
  }

  @Test
  void anOrderIsNotSentIntoTheSocketThatTheAgentHasLeft() {
    agent.connect(n1);
    settle();
    FakeConnection old = agent.socket();
    old.takeSent();
    agent.connect(n2);
    n2.hub.writer.flush();
    // n1 has not heard yet that the agent has moved, and believes that it can send.
    n1.hub.beside.desk.create(agent.uid(), restart());
    n1.hub.beside.upkeep.tick(cluster.time.instant());
    n1.hub.run();
    assertThat(old.takeSent()).noneMatch(message -> message.hasCommand());

    cluster.pass(Duration.ofSeconds(3));
    agent.listen();
    assertThat(agent.restarts).isEqualTo(1);
  }

  @Test
  void onlyTheLeaderForgetsAndAllForgetWithIt() {
    Cluster forgetful =
        new Cluster(ServerConfig.Agents.DEFAULT.withRetention(Optional.of(Duration.ofMinutes(5))));
    Cluster.Node a = forgetful.start("a");
    Cluster.Node b = forgetful.start("b");
    ClusterAgent gone = new ClusterAgent(Hub.OTHER);
    agent.connect(a);
    gone.connect(b);
    forgetful.pass(Duration.ofSeconds(3));
    gone.close();
    forgetful.pass(Duration.ofMinutes(7), agent::heartbeat);

    assertThat(forgetful.stores.agents().find(gone.uid())).isEmpty();
    for (Cluster.Node node : List.of(a, b)) {
      assertThat(node.hub.hub.find(gone.uid())).as(node.id).isEmpty();
      assertThat(node.state(agent.uid())).as(node.id).isEqualTo(ConnectionState.CONNECTED);
    }
    gone.connect(a);
    forgetful.pass(Duration.ofSeconds(3));
    assertThat(b.state(gone.uid())).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void whatStorageLostOfAConnectedAgentIsWrittenAgain() {
    agent.connect(n1);
    settle();
    AgentRecord before = record();
    agent.connect(n2);
    settle();
    InstanceUid uid = agent.uid();
    // A fail-over went back in time.
    cluster.stores.agents().remove(uid);
    cluster.stores.agents().save(List.of(before));
    cluster.pass(Duration.ofSeconds(5), agent::heartbeat);
    assertThat(record().ownership().node()).isEqualTo(n2.id);

    cluster.stores.agents().remove(uid);
    cluster.pass(Duration.ofSeconds(5), agent::heartbeat);
    assertThat(record().ownership().node()).isEqualTo(n2.id);
    assertEverywhere(ConnectionState.CONNECTED);
  }

  @Test
  void aReasonIsTheSameOnEveryNode() {
    agent.connect(n1);
    settle();
    List.of(n1, n2, n3).forEach(node -> node.hub.want("v1"));
    settle();
    settle();
    AgentStatus status = n1.view(agent.uid()).status();
    assertThat(List.of(n2, n3))
        .allSatisfy(node -> assertThat(node.view(agent.uid()).status()).isEqualTo(status));
  }

  private AgentRecord record() {
    return cluster.stores.agents().find(agent.uid()).orElseThrow();
  }

  private static OrderDraft restart() {
    return new OrderDraft(Optional.empty(), Duration.ofHours(1), Optional.empty());
  }
}
