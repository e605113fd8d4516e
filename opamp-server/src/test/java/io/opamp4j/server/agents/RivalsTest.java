package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.FRESH;
import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One uid on two connections (E-21, D15): the same agent come back, or two agents. */
class RivalsTest {
  private static final Duration PROBE = ServerConfig.Agents.DEFAULT.duplicateProbe();
  private static final InstanceUid SECOND_FRESH =
      new InstanceUid(FRESH.mostSignificant(), FRESH.leastSignificant() + 1);

  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final FakeConnection old = FakeConnection.socket("old");
  private final FakeConnection newer = FakeConnection.socket("newer");

  @Test
  void givesTheAgentToItsNewSocketWhenTheOldOneEnds_DUP03() {
    hub.deliver(old, first(UID, 1));
    assertThat(hub.deliver(newer, bare(UID, 1))).as("it waits for the probe").isEmpty();
    assertThat(old.pings()).isEqualTo(1);
    hub.events.clear();
    hub.hub.closed(old, "reset by peer");
    hub.run();
    assertThat(newer.takeSent()).singleElement().matches(answer -> isPlain(answer, UID));
    assertThat(hub.events)
        .containsExactly(
            new AgentEvent.TakenOver(UID, hub.time.instant(), "127.0.0.1:1", "reset by peer"));
    assertThat(hub.registry.on(newer)).hasSize(1);
    hub.hub.closed(newer, "end");
    hub.run();
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void givesTheAgentToItsNewSocketWhenTheOldOneDoesNotAnswer_E21() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(newer, bare(UID, 1));
    hub.deliver(newer, bare(UID, 2).setHealth(ComponentHealth.newBuilder().setHealthy(true)));
    hub.pass(PROBE.minusSeconds(1));
    assertThat(newer.takeSent()).isEmpty();
    hub.pass(Duration.ofSeconds(1));
    assertThat(newer.takeSent()).as("both are answered").hasSize(2);
    assertThat(hub.view(UID).report().getHealth().getHealthy()).isTrue();
    assertThat(old.closes()).singleElement().matches(close -> close.startsWith("1001 "));
    assertThat(changes()).as("it never seemed to be away").hasSize(1);
    assertThat(hub.events).anyMatch(AgentEvent.TakenOver.class::isInstance);
    hub.hub.closed(old, "late end");
    hub.run();
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void givesASecondAgentAnotherUidAndLeavesTheFirstAlone_DUP04_DUP05_D15() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(newer, first(UID, 1).setSequenceNum(70).setHealth(ComponentHealth.newBuilder()));
    AgentView before = hub.view(UID);
    hub.events.clear();
    hub.hub.pong(old);
    hub.run();
    assertRenamed(newer.takeSent(), FRESH);
    assertThat(hub.view(UID)).isEqualTo(before);
    assertThat(hub.events)
        .containsExactly(
            new AgentEvent.DuplicateUid(UID, hub.time.instant(), FRESH, "127.0.0.1:1"));
    assertThat(hub.deliver(old, bare(UID, 1)).get(0).getFlags())
        .as("the first agent is still in step")
        .isZero();

    List<ServerToAgent> answers = hub.deliver(newer, bare(FRESH, 71));
    assertThat(answers.get(0).getInstanceUid()).isEqualTo(FRESH.toBytes());
    assertThat(answers.get(0).getFlags())
        .as("its report went to nobody, so it must come again")
        .isEqualTo(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
    assertThat(hub.hub.list(Optional.empty()).map(AgentView::uid)).containsExactly(UID, FRESH);
    hub.hub.closed(newer, "end");
    hub.run();
    assertThat(state(FRESH)).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void tellsAnAgentThatGoesOnTheSameAgainAndProbesNoMore() {
    hub.deliver(old, first(UID, 1));
    old.onPing(() -> hub.hub.pong(old));
    assertRenamed(hub.deliver(newer, bare(UID, 70)), FRESH);
    assertRenamed(hub.deliver(newer, bare(UID, 71)), FRESH);
    assertRenamed(hub.deliver(newer, bare(UID, 71)), FRESH);
    assertThat(old.pings()).isEqualTo(1);
    assertThat(hub.events.stream().filter(AgentEvent.DuplicateUid.class::isInstance)).hasSize(1);
    assertThat(hub.hub.list(Optional.empty()).map(AgentView::uid)).containsExactly(UID);
  }

  @Test
  void letsAnAgentThatTakesNoOtherUidHaveItOnceTheFirstIsGone() {
    hub.deliver(old, first(UID, 1));
    old.onPing(() -> hub.hub.pong(old));
    for (int seq = 70; seq < 73; seq++) {
      assertRenamed(hub.deliver(newer, bare(UID, seq)), FRESH);
    }
    hub.hub.closed(old, "end");
    hub.run();
    assertThat(hub.deliver(newer, bare(UID, 73))).singleElement().matches(a -> isPlain(a, UID));
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void takesAUidThatWasInUseOnTheSameSocketForAnotherAgents() {
    hub.deliver(old, first(UID, 1));
    old.onPing(() -> hub.hub.pong(old));
    assertRenamed(hub.deliver(newer, bare(UID, 70)), FRESH);
    hub.deliver(newer, bare(FRESH, 71));
    assertRenamed(hub.deliver(newer, bare(UID, 900)), SECOND_FRESH);
  }

  @Test
  void asksTheAgentItselfBehindAGatewayWhosePongsProveNothing_E21() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(old, first(OTHER, 1));
    hub.deliver(newer, bare(UID, 70));
    assertThat(old.pings()).isZero();
    assertThat(old.takeSent())
        .containsExactly(
            ServerToAgent.newBuilder()
                .setInstanceUid(UID.toBytes())
                .setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE)
                .build());
    hub.hub.pong(old);
    hub.deliver(old, bare(OTHER, 1));
    assertThat(newer.takeSent()).as("neither is a sign of this agent").isEmpty();
    assertThat(hub.deliver(old, first(UID, 1).setSequenceNum(1))).hasSize(1);
    assertRenamed(newer.takeSent(), FRESH);
  }

  @Test
  void leavesTheOtherAgentsOfAGatewayWhereTheyAreWhenOneMovesAway_TRN08() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(old, first(OTHER, 1));
    hub.deliver(newer, bare(UID, 1));
    hub.pass(PROBE);
    assertThat(newer.takeSent()).hasSize(1);
    assertThat(old.closes()).isEmpty();
    hub.hub.closed(old, "the gateway went away");
    hub.run();
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
    assertThat(state(OTHER)).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void workOnOtherAgentsOfBothSocketsGoesOnMeanwhile_E61() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(newer, bare(UID, 70));
    assertThat(hub.deliver(newer, first(OTHER, 1)))
        .as("not held up by the message that waits before it")
        .singleElement()
        .matches(a -> isPlain(a, OTHER));
    assertThat(hub.deliver(old, bare(UID, 1))).singleElement().matches(a -> isPlain(a, UID));
  }

  @Test
  void doesNotTakeLateMessagesOfTheOldSocketForASignOfLife() {
    hub.deliver(old, first(UID, 1).setSequenceNum(5));
    hub.deliver(newer, bare(UID, 8));
    hub.deliver(old, bare(UID, 6));
    hub.deliver(old, bare(UID, 7));
    assertThat(newer.takeSent()).isEmpty();
    hub.hub.closed(old, "the end that was behind them");
    hub.run();
    assertThat(newer.takeSent()).singleElement().matches(answer -> isPlain(answer, UID));
  }

  @Test
  void givesAnAgentThatSaidGoodbyeOnItsOldSocketToTheNewOneAtOnce_CLOSE06() {
    hub.deliver(old, first(UID, 1));
    hub.deliver(newer, bare(UID, 2));
    assertThat(
            hub.deliver(old, bare(UID, 1).setAgentDisconnect(AgentDisconnect.getDefaultInstance())))
        .hasSize(1);
    assertThat(newer.takeSent()).singleElement().matches(answer -> isPlain(answer, UID));
    assertThat(state(UID)).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void dropsWhatWaitsWhenItsSocketEndsFirst() {
    hub.deliver(old, first(UID, 1));
    AgentView before = hub.view(UID);
    hub.deliver(newer, first(UID, 0xFFFF));
    hub.hub.closed(newer, "end");
    hub.run();
    hub.pass(PROBE);
    assertThat(newer.takeSent()).isEmpty();
    assertThat(hub.view(UID)).isEqualTo(before);
    assertThat(old.closes()).as("nobody wants its place").isEmpty();
    hub.hub.closed(old, "end");
    hub.run();
    assertThat(state(UID)).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void letsAThirdSocketContendWithTheSecondOnceTheFirstIsDead() {
    FakeConnection third = FakeConnection.socket("third");
    newer.onPing(() -> hub.hub.pong(newer));
    hub.deliver(old, first(UID, 1));
    hub.deliver(newer, bare(UID, 1));
    hub.deliver(third, bare(UID, 70));
    hub.pass(PROBE);
    assertThat(newer.takeSent()).singleElement().matches(answer -> isPlain(answer, UID));
    assertRenamed(third.takeSent(), FRESH);
  }

  @Test
  void boundsWhatWaitsAndAnswersTheRest_THROTTLE01() {
    hub.deliver(old, first(UID, 1));
    for (int seq = 70; seq < 70 + Mailbox.CAPACITY; seq++) {
      hub.deliver(newer, bare(UID, seq));
    }
    assertThat(newer.takeSent()).isEmpty();
    assertThat(hub.deliver(newer, bare(UID, 999)).get(0).getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    hub.pass(PROBE);
    assertThat(newer.takeSent()).hasSize(Mailbox.CAPACITY);
  }

  @Test
  void holdsAPollBackUntilTheSocketHasAnswered_HTTP02() {
    hub.deliver(old, first(UID, 1));
    FakeConnection poll = FakeConnection.exchange("poll");
    assertThat(hub.deliver(poll, first(UID, 1).setSequenceNum(70))).isEmpty();
    hub.hub.pong(old);
    hub.run();
    assertRenamed(poll.takeSent(), FRESH);
    FakeConnection resent = FakeConnection.exchange("resent");
    old.onPing(() -> hub.hub.pong(old));
    assertRenamed(hub.deliver(resent, first(UID, 1).setSequenceNum(70)), SECOND_FRESH);
    assertThat(hub.hub.list(Optional.empty()).map(AgentView::uid))
        .as("a uid nobody uses leaves no ghost")
        .containsExactly(UID);
  }

  @Test
  void letsAPollerGoOverToASocketAtOnceForThereIsNothingToProbe() {
    hub.deliver(FakeConnection.exchange("poll"), first(UID, 1));
    assertThat(hub.deliver(newer, bare(UID, 1))).hasSize(1);
    assertThat(hub.view(UID).transport()).contains(Connection.Transport.WEBSOCKET);
  }

  @Test
  void findsTwoPollersWithOneUidByTheirNumbers_DUP04() {
    List<InstanceUid> told = twoAgents(() -> FakeConnection.exchange("poll"));
    assertThat(told).as("the one that came later, and always the same").containsOnly(FRESH);
    assertThat(hub.deliver(FakeConnection.exchange("poll"), bare(FRESH, 20)).get(0).getFlags())
        .isEqualTo(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
    assertThat(hub.hub.list(Optional.empty()).map(AgentView::uid)).containsExactly(UID, FRESH);
  }

  @Test
  void findsTwoAgentsBehindOneGatewaySocketByTheirNumbers_DUP04() {
    List<InstanceUid> told = twoAgents(() -> old);
    assertThat(told).containsOnly(FRESH);
    assertThat(hub.events.stream().filter(AgentEvent.DuplicateUid.class::isInstance)).hasSize(1);
  }

  @Test
  void takesTheFirstOfTwoPollersThatStartsAnewForItself() {
    twoAgents(() -> FakeConnection.exchange("poll"));
    hub.deliver(FakeConnection.exchange("poll"), bare(FRESH, 20));
    List<ServerToAgent> answers =
        hub.deliver(FakeConnection.exchange("poll"), first(UID, 1).setSequenceNum(9));
    assertThat(answers.get(0).hasAgentIdentification())
        .as("9 is near where the other one stopped, but that one goes by its new uid")
        .isFalse();
  }

  @Test
  void movesAnAgentThatAskedForAUidOverHttpAndBehindAGateway_D4() {
    hub.deliver(old, first(OTHER, 1));
    for (FakeConnection way : List.of(old, FakeConnection.exchange("poll"))) {
      InstanceUid temporary = InstanceUid.generate(hub.time.instant(), new SplittableRandom(1));
      InstanceUid fresh =
          InstanceUid.from(
                  hub.deliver(way, first(temporary, 1).setFlags(1))
                      .get(0)
                      .getAgentIdentification()
                      .getNewInstanceUid())
              .orElseThrow();
      FakeConnection next = way == old ? old : FakeConnection.exchange("next");
      assertThat(hub.deliver(next, bare(fresh, 1))).singleElement().matches(a -> isPlain(a, fresh));
      assertThat(hub.hub.find(temporary)).isEmpty();
      assertThat(state(fresh)).isEqualTo(ConnectionState.CONNECTED);
    }
  }

  private interface Way {
    FakeConnection open();
  }

  /** Two agents take turns, the later one at small numbers; what the later one was told. */
  private List<InstanceUid> twoAgents(Way way) {
    AgentDescription described = AgentDescription.getDefaultInstance();
    return IntStream.range(0, 20)
        .boxed()
        .flatMap(
            turn -> {
              int number = turn / 2 + (turn % 2 == 0 ? 500 : 0);
              AgentToServer.Builder message = bare(UID, number).setAgentDescription(described);
              List<ServerToAgent> answers = hub.deliver(way.open(), message.setCapabilities(1));
              assertThat(answers).as("turn %d", turn).hasSize(1);
              boolean renamed = answers.get(0).hasAgentIdentification();
              assertThat(renamed).as("turn %d", turn).isEqualTo(turn % 2 == 1 && turn >= 9);
              return renamed
                  ? InstanceUid.from(answers.get(0).getAgentIdentification().getNewInstanceUid())
                      .stream()
                  : Stream.<InstanceUid>empty();
            })
        .toList();
  }

  private static boolean isPlain(ServerToAgent answer, InstanceUid uid) {
    return answer.getInstanceUid().equals(uid.toBytes())
        && !answer.hasAgentIdentification()
        && !answer.hasErrorResponse();
  }

  private static void assertRenamed(List<ServerToAgent> answers, InstanceUid fresh) {
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).getInstanceUid()).isEqualTo(UID.toBytes());
    assertThat(answers.get(0).getAgentIdentification().getNewInstanceUid())
        .isEqualTo(fresh.toBytes());
  }

  private List<AgentEvent> changes() {
    return hub.events.stream().filter(AgentEvent.StatusChanged.class::isInstance).toList();
  }

  private ConnectionState state(InstanceUid uid) {
    return hub.view(uid).status().state();
  }
}
