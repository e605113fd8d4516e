package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Liveness as operators see it, with the default times: 30 s interval, 60 s and 70 s to live. */
class HeartbeatSweepTest {
  private static final long HEARTBEATING = 0x2001;
  private static final Duration SWEEP =
      ServerConfig.Heartbeats.DEFAULT.expiryInterval().plusSeconds(1);

  private final BrittleAgentStore store = new BrittleAgentStore();
  private final Hub hub = new Hub(store, ServerConfig.Agents.DEFAULT);
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void expiresASilentAgentWithinItsTimeToLiveAndOneSweep_HB08() {
    hub.deliver(socket, first(UID, HEARTBEATING));
    hub.pass(Duration.ofSeconds(59));
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
    hub.pass(SWEEP.plusSeconds(1));
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(hub.view(UID).status().reason()).contains("nothing was heard for");
    assertThat(socket.closes().get(0)).startsWith("1001 nothing was heard for");
  }

  @Test
  void keepsAnAgentThatHeartbeats() {
    hub.deliver(socket, first(UID, HEARTBEATING));
    for (int seq = 1; seq < 100; seq++) {
      hub.pass(Duration.ofSeconds(30));
      hub.deliver(socket, bare(UID, seq));
    }
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void keepsAnAgentWithASlowIntervalOfItsOwn_HB12() {
    socket.onPing(() -> hub.hub.pong(socket));
    hub.deliver(socket, first(UID, HEARTBEATING));
    hub.pass(Duration.ofSeconds(55));
    hub.deliver(socket, bare(UID, 1));
    hub.pass(Duration.ofSeconds(1200));
    assertThat(state(UID)).as("its socket answers pings").isEqualTo(ConnectionState.CONNECTED);
    socket.onPing(() -> {});
    hub.pass(Duration.ofSeconds(60).plus(SWEEP));
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void keepsAnAgentWithoutHeartbeatsByItsPongs_HB10() {
    hub.deliver(socket, first(UID, 1));
    for (int minute = 0; minute < 10; minute++) {
      hub.pass(Duration.ofSeconds(60));
      hub.hub.pong(socket);
    }
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
    hub.pass(Duration.ofSeconds(70).plus(SWEEP));
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void sendsHeartbeatsToAgentsThatSendNoneAndPingsToAll() {
    FakeConnection other = FakeConnection.socket("s2");
    hub.deliver(socket, first(UID, 1));
    hub.deliver(other, first(OTHER, HEARTBEATING));
    hub.pass(Duration.ofSeconds(60));
    assertThat(socket.takeSent())
        .hasSize(2)
        .containsOnly(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build());
    assertThat(other.takeSent()).isEmpty();
    assertThat(List.of(socket.pings(), other.pings())).containsExactly(2, 2);
  }

  @Test
  void spreadsItsHeartbeatsOverTheInterval() {
    SplittableRandom random = new SplittableRandom(1);
    Map<FakeConnection, Integer> before = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      FakeConnection connection = FakeConnection.socket("socket-" + i);
      hub.deliver(connection, first(InstanceUid.generate(hub.time.instant(), random), 1));
      before.put(connection, 0);
    }
    int most = 0;
    for (int second = 0; second < 30; second++) {
      hub.pass(Duration.ofSeconds(1));
      int sent = before.keySet().stream().mapToInt(c -> c.takeSent().size()).sum();
      most = Math.max(most, sent);
    }
    assertThat(before.keySet()).allMatch(connection -> connection.pings() == 1);
    assertThat(most).as("300 connections in 30 s are 10 a second when spread").isLessThan(40);
  }

  @Test
  void losesAPollerAfterThreeMissedPolls_E43() {
    hub.deliver(FakeConnection.exchange("e1"), first(UID, 1));
    hub.pass(Duration.ofSeconds(85));
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
    hub.pass(Duration.ofSeconds(5).plus(SWEEP));
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
    hub.deliver(FakeConnection.exchange("e2"), bare(UID, 1));
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void expiresOneAgentOfAGatewayAndLeavesTheSocketToTheOthers() {
    hub.deliver(socket, first(UID, HEARTBEATING));
    hub.deliver(socket, first(OTHER, HEARTBEATING));
    for (int seq = 1; seq < 5; seq++) {
      hub.pass(Duration.ofSeconds(30));
      hub.deliver(socket, bare(OTHER, seq));
    }
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(state(OTHER)).isEqualTo(ConnectionState.CONNECTED);
    assertThat(socket.closes()).isEmpty();
  }

  @Test
  void forgetsDisconnectedAgentsAfterTheRetentionOnly() {
    Hub forgetful =
        new Hub(
            store, ServerConfig.Agents.DEFAULT.withRetention(Optional.of(Duration.ofMinutes(10))));
    forgetful.deliver(socket, first(UID, 1));
    forgetful.writer.flush();
    forgetful.hub.closed(socket, "end");
    forgetful.pass(Duration.ofMinutes(9));
    assertThat(forgetful.hub.find(UID)).isPresent();
    forgetful.pass(Duration.ofMinutes(2));
    assertThat(forgetful.hub.find(UID)).isEmpty();
    forgetful.writer.flush();
    assertThat(store.find(UID)).isEmpty();
  }

  private ConnectionState state(InstanceUid uid) {
    return hub.view(uid).status().state();
  }
}
