package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** An agent that took our interval is judged by its messages alone; pongs do not save it. */
  @ParameterizedTest(name = "{0}: heartbeats expected {3}")
  @CsvSource({
    "says it applied our settings,        0xA101, APPLIED,  true",
    "says it applied other settings,      0xA101, other,    false",
    "has not said so yet,                 0xA101, nothing,  false",
    "is still at it,                      0xA101, APPLYING, false",
    "could not apply them,                0xA101, FAILED,   false",
    "never says what became of settings,  0x2101, nothing,  true",
    "takes no settings,                   0x2001, nothing,  false",
    "does not heartbeat,                  0x0101, nothing,  false",
  })
  void expectsTheOfferedIntervalOnlyOfThoseThatTookIt_HB10_HB11_HB12(
      String what, String capabilities, String status, boolean expected) {
    Hub offering = offering();
    socket.onPing(() -> offering.hub.pong(socket));
    AgentToServer.Builder message = first(UID, Long.decode(capabilities));
    ByteString hash = offering.deliver(socket, message).get(0).getConnectionSettings().getHash();
    if (!status.equals("nothing")) {
      boolean other = status.equals("other");
      offering.deliver(
          socket,
          bare(UID, 1)
              .setConnectionSettingsStatus(
                  ConnectionSettingsStatus.newBuilder()
                      .setLastConnectionSettingsHash(
                          other ? ByteString.copyFromUtf8("other") : hash)
                      .setStatus(
                          ConnectionSettingsStatuses.valueOf(
                              "ConnectionSettingsStatuses_" + (other ? "APPLIED" : status)))));
    }
    offering.pass(Duration.ofSeconds(60).plus(SWEEP));
    ConnectionState state = offering.view(UID).status().state();
    assertThat(state == ConnectionState.DISCONNECTED).as(what).isEqualTo(expected);
    if (expected) {
      assertThat(offering.view(UID).status().reason()).contains("no heartbeat came for");
    }
  }

  @Test
  void keepsAnAgentThatTookTheIntervalAndKeepsIt_HB08() {
    Hub offering = offering();
    ServerToAgent answer = offering.deliver(socket, first(UID, 0x2101)).get(0);
    assertThat(answer.getConnectionSettings().getOpamp().getHeartbeatIntervalSeconds())
        .isEqualTo(30);
    assertThat(answer.getCapabilities() & 0x20).as("OffersConnectionSettings").isEqualTo(0x20);
    for (int seq = 1; seq < 20; seq++) {
      offering.pass(Duration.ofSeconds(30));
      assertThat(offering.deliver(socket, bare(UID, seq)).get(0).hasConnectionSettings())
          .as("offered once")
          .isFalse();
    }
    assertThat(offering.view(UID).status().state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void offersTheIntervalWhenTheAgentGetsTheCapability_CAP05() {
    Hub offering = offering();
    assertThat(offering.deliver(socket, first(UID, 0x0101)).get(0).hasConnectionSettings())
        .isFalse();
    assertThat(
            offering
                .deliver(socket, bare(UID, 1).setCapabilities(0x2101))
                .get(0)
                .hasConnectionSettings())
        .isTrue();
  }

  @Test
  void dropsASocketThatLeavesTwoPingsUnansweredWithAllItsAgents_E43() {
    hub.deliver(socket, first(UID, HEARTBEATING));
    hub.deliver(socket, first(OTHER, 1));
    hub.pass(Duration.ofSeconds(29));
    hub.hub.pong(socket);
    hub.pass(Duration.ofSeconds(90));
    assertThat(socket.pings()).isLessThanOrEqualTo(3);
    for (InstanceUid uid : List.of(UID, OTHER)) {
      assertThat(state(uid)).isEqualTo(ConnectionState.DISCONNECTED);
    }
    assertThat(socket.closes()).isNotEmpty();
    assertThat(hub.registry.connections()).isEmpty();
  }

  @Test
  void pingsASocketThatHasNotSpokenYet_E43() {
    hub.hub.opened(socket);
    socket.onPing(() -> hub.hub.pong(socket));
    hub.pass(Duration.ofMinutes(10));
    assertThat(socket.pings()).as("an agent may have nothing to say").isEqualTo(20);
    assertThat(socket.closes()).isEmpty();
    socket.onPing(() -> {});
    hub.pass(Duration.ofSeconds(90));
    assertThat(socket.closes()).as("but it must be there").hasSize(1);
  }

  /** Whatever kind of agent, whatever the times: a dead peer is noticed within ttl and a sweep. */
  @Test
  void noticesEveryDeadPeerWithinTheTimeToLiveAndOneSweep() {
    for (long seed = 0; seed < 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int interval = 1 + random.nextInt(30);
      int ttl = interval + 1 + random.nextInt(60);
      int expiry = 1 + random.nextInt(30);
      ServerConfig.Heartbeats times =
          new ServerConfig.Heartbeats(
              Duration.ofSeconds(interval),
              Duration.ofSeconds(ttl),
              Duration.ofSeconds(expiry),
              Duration.ofSeconds(ttl + 10));
      Hub any =
          new Hub(
              new BrittleAgentStore(),
              ServerConfig.Agents.DEFAULT
                  .with(times)
                  .withEndpoint(Optional.of(URI.create("ws://opamp.example.com/v1/opamp"))));
      FakeConnection peer = FakeConnection.socket("peer " + seed);
      long capabilities = List.of(0x1L, 0x2001L, 0x2101L).get(random.nextInt(3));
      peer.onPing(() -> any.hub.pong(peer));
      any.deliver(peer, first(UID, capabilities));
      for (int seq = 1; seq < 5; seq++) {
        any.pass(Duration.ofSeconds(1 + random.nextInt(ttl - 1)));
        any.deliver(peer, bare(UID, seq));
      }
      any.pass(Duration.ofSeconds(random.nextInt(ttl)));
      assertThat(any.view(UID).status().state())
          .as("seed %d: alive", seed)
          .isEqualTo(ConnectionState.CONNECTED);
      peer.onPing(() -> {});
      any.pass(Duration.ofSeconds(ttl + expiry + 1));
      assertThat(any.view(UID).status().state())
          .as("seed %d: %s, capabilities %x", seed, times, capabilities)
          .isEqualTo(ConnectionState.DISCONNECTED);
    }
  }

  @Test
  void losesOneSilentAgentOfFiveHundredOnOneSocketAndKeepsTheOthers_TRN08() {
    Hub offering = offering();
    socket.onPing(() -> offering.hub.pong(socket));
    SplittableRandom random = new SplittableRandom(1);
    List<InstanceUid> agents = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      agents.add(InstanceUid.generate(offering.time.instant(), random));
      offering.deliver(socket, first(agents.get(i), 0x2101));
    }
    InstanceUid silent = agents.remove(77);
    for (int seq = 1; seq < 4; seq++) {
      offering.pass(Duration.ofSeconds(30));
      for (InstanceUid uid : agents) {
        offering.deliver(socket, bare(uid, seq));
      }
    }
    assertThat(offering.view(silent).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(agents)
        .allMatch(uid -> offering.view(uid).status().state() == ConnectionState.CONNECTED);
    assertThat(socket.closes()).isEmpty();
  }

  private static Hub offering() {
    return new Hub(
        new BrittleAgentStore(),
        ServerConfig.Agents.DEFAULT.withEndpoint(
            Optional.of(URI.create("ws://opamp.example.com/v1/opamp"))));
  }

  private ConnectionState state(InstanceUid uid) {
    return hub.view(uid).status().state();
  }
}
