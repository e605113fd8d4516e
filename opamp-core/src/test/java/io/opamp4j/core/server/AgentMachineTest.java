package io.opamp4j.core.server;

import static io.opamp4j.core.server.Agents.CONFIGURABLE;
import static io.opamp4j.core.server.Agents.FRESH;
import static io.opamp4j.core.server.Agents.T0;
import static io.opamp4j.core.server.Agents.UID;
import static io.opamp4j.core.server.Agents.bare;
import static io.opamp4j.core.server.Agents.config;
import static io.opamp4j.core.server.Agents.first;
import static io.opamp4j.core.server.Agents.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.AgentMachine.Arrival;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AgentToServerFlags;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentMachineTest {
  private static final long SERVER = 0x7;
  private static final RemoteConfigStatuses APPLIED =
      RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
  private static final RemoteConfigStatuses APPLYING =
      RemoteConfigStatuses.RemoteConfigStatuses_APPLYING;
  private static final RemoteConfigStatuses FAILED =
      RemoteConfigStatuses.RemoteConfigStatuses_FAILED;

  private final AgentMachine machine = new AgentMachine(SERVER, () -> FRESH);
  private AgentState agent = AgentState.unknown(UID);
  private Target target = Target.NONE;
  private Instant now = T0;

  @Test
  void refusesUndefinedServerCapabilities_CAP07() {
    assertThatThrownBy(() -> new AgentMachine(0x80, () -> FRESH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x80");
  }

  @Test
  void tellsItsCapabilitiesInTheFirstAnswerOfASocketOnly_CAP08_E62() {
    assertThat(overSocket(first(1), true).getCapabilities()).isEqualTo(SERVER);
    assertThat(overSocket(bare(1), false).getCapabilities()).isZero();
    assertThat(overSocket(bare(2), true).getCapabilities()).isEqualTo(SERVER);
  }

  @Test
  void tellsItsCapabilitiesInEveryAnswerOverHttp_E62() {
    assertThat(overHttp(first(1), true).getCapabilities()).isEqualTo(SERVER);
    assertThat(overHttp(bare(1), false).getCapabilities()).isEqualTo(SERVER);
  }

  @Test
  void answersAHeartbeatWithTheUidAlone_STAT04_STAT07() {
    overSocket(first(1), true);
    assertThat(overSocket(bare(1), false))
        .isEqualTo(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build());
  }

  @Test
  void storesNothingForAHeartbeat() {
    assertThat(receive(first(1).build(), true, false).durable()).isTrue();
    Step heartbeat = receive(bare(1).build(), false, false);
    assertThat(heartbeat.durable()).isFalse();
    assertThat(heartbeat.events()).isEmpty();
    assertThat(heartbeat.state().sync().sequence()).isEqualTo(1);
  }

  @Test
  void asksForTheFullStateOnAGapAndStillTakesTheMessage_SEQ03_D3() {
    overSocket(first(0x0801).setHealth(health(true)), true);
    ServerToAgent answer = overSocket(bare(3).setHealth(health(false)), false);
    assertThat(answer.getFlags())
        .isEqualTo(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
    assertThat(agent.report().getHealth().getHealthy()).isFalse();
    answer = overSocket(first(0x0801).setSequenceNum(4).setHealth(health(true)), false);
    assertThat(answer.getFlags()).isZero();
  }

  @Test
  void asksAnAgentItOnlyKnowsFromStorageForItsFullState_SEQ04() {
    agent = AgentState.known(UID, first(1).build());
    assertThat(overSocket(bare(8), true).getFlags()).isEqualTo(1);
  }

  @Test
  void offersAConfigInTheFirstAnswer_CFG05_CFG07_CFG09() {
    target = config("h1");
    ServerToAgent answer = overSocket(first(CONFIGURABLE), true);
    assertThat(answer.getRemoteConfig()).isEqualTo(target.offers().getRemoteConfig());
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONFIGURING);
  }

  @Test
  void doesNotOfferAConfigToAnAgentThatDoesNotAcceptIt_CFG02_CAP11() {
    target = config("h1");
    assertThat(overSocket(first(1), true).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(agent.status().reason()).contains("does not accept");
  }

  @Test
  void stopsOfferingWhenTheAgentDropsTheCapability_CAP05_E37() {
    overSocket(first(CONFIGURABLE), true);
    overSocket(bare(1).setCapabilities(1), false);
    assertThat(retarget(config("h1"))).isNull();
  }

  @Test
  void doesNotOfferWhatTheAgentHas_CFG08() {
    target = config("h1");
    ServerToAgent answer =
        overSocket(first(CONFIGURABLE).mergeFrom(status(0, "h1", APPLIED, "").build()), true);
    assertThat(answer.hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void offersAgainWhenTheAgentReportsAnotherHash_CFG07() {
    target = config("h2");
    overSocket(first(CONFIGURABLE), true);
    assertThat(overSocket(status(1, "h1", APPLIED, ""), false).hasRemoteConfig()).isTrue();
  }

  @Test
  void doesNotRepeatAnOfferThatIsInWork_D5() {
    target = config("h1");
    overSocket(first(CONFIGURABLE), true);
    assertThat(overSocket(status(1, "h1", APPLYING, ""), false).hasRemoteConfig()).isFalse();
    assertThat(agent.status().reason()).contains("applying");
    now = now.plusSeconds(3600);
    assertThat(overSocket(bare(2), false).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONFIGURING);
  }

  @Test
  void repeatsAnUnansweredOfferWithGrowingPauses_CFG19() {
    target = config("h1");
    overSocket(first(CONFIGURABLE), true);
    int offers = 0;
    for (int seq = 1; seq <= 24 * 120; seq++) {
      now = now.plusSeconds(30);
      offers += overSocket(bare(seq), false).hasRemoteConfig() ? 1 : 0;
    }
    assertThat(offers).as("in a day of heartbeats").isBetween(10, 160);
  }

  @Test
  void doesNotOfferAFailedConfigAgain_D5() {
    target = config("h1");
    overSocket(first(CONFIGURABLE), true);
    ServerToAgent answer = overSocket(status(1, "h1", FAILED, "unknown exporter otlp/x"), false);
    assertThat(answer.hasRemoteConfig()).isFalse();
    now = now.plusSeconds(7200);
    assertThat(overSocket(bare(2), false).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.ERROR);
    assertThat(agent.status().reason()).contains("web v1", "unknown exporter otlp/x");
  }

  @Test
  void offersOncePerConnectionToAnAgentThatReportsNoResults() {
    target = config("h1");
    assertThat(overSocket(first(0x3), true).hasRemoteConfig()).isTrue();
    now = now.plusSeconds(7200);
    assertThat(overSocket(bare(1), false).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(overSocket(bare(2), true).hasRemoteConfig()).isTrue();
  }

  @Test
  void answersARepeatedMessageAsTheFirst_RETRY04() {
    target = config("h1");
    AgentToServer message = first(CONFIGURABLE).build();
    ServerToAgent once = overHttp(message.toBuilder(), true);
    assertThat(overHttp(message.toBuilder(), false)).isEqualTo(once);
  }

  @Test
  void pushesAChangeOverASocketAndHoldsItOverHttp_CFG05_HTTP07() {
    overSocket(first(CONFIGURABLE), true);
    assertThat(retarget(config("h1")).getRemoteConfig().getConfigHash())
        .isEqualTo(ByteString.copyFromUtf8("h1"));
    assertThat(retarget(config("h1"))).as("nothing new to say").isNull();

    overHttp(first(CONFIGURABLE).setSequenceNum(1), true);
    assertThat(retarget(config("h2"))).isNull();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
    target = agent.target();
    assertThat(overHttp(bare(2), false).getRemoteConfig().getConfigHash())
        .isEqualTo(ByteString.copyFromUtf8("h2"));
  }

  @Test
  void withholdsAConfigTheAgentLacksComponentsFor() {
    Target base = config("h1");
    target = new Target(base.offers(), "web v1", List.of("exporter kafka"), base.planned());
    assertThat(overSocket(first(CONFIGURABLE), true).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.INCOMPATIBLE);
    assertThat(agent.status().reason()).contains("exporter kafka");
  }

  @Test
  void aConfigThatIsWithheldIsNotOfferedUntilItIsNot() {
    target = config("h1").withheld("it is Friday");
    assertThat(overSocket(first(CONFIGURABLE), true).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(agent.status().reason()).contains("it is Friday");

    assertThat(retarget(config("h1")).getRemoteConfig().getConfigHash())
        .isEqualTo(ByteString.copyFromUtf8("h1"));
  }

  /** One more try is one more offer, and no more, however often it fails. */
  @Test
  void aConfigThatFailedIsOfferedOnceMoreWhenItIsToBeRetried() {
    target = config("h1");
    overSocket(first(CONFIGURABLE), true);
    AgentToServer.Builder failed =
        status(1, "h1", RemoteConfigStatuses.RemoteConfigStatuses_FAILED, "no");
    assertThat(overSocket(failed, false).hasRemoteConfig()).isFalse();

    target = config("h1").retrying();
    assertThat(retarget(target).hasRemoteConfig()).isTrue();
    assertThat(overSocket(failed.setSequenceNum(2), false).hasRemoteConfig()).isFalse();
    assertThat(overSocket(bare(3), false).hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.ERROR);
  }

  @Test
  void handsOutOneNewUidHoweverOftenItIsAskedFor_UID06_UID07_D4() {
    AgentToServer.Builder asking =
        first(1).setFlags(AgentToServerFlags.AgentToServerFlags_RequestInstanceUid_VALUE);
    ServerToAgent answer = overSocket(asking, true);
    assertThat(answer.getInstanceUid()).isEqualTo(UID.toBytes());
    assertThat(answer.getAgentIdentification().getNewInstanceUid()).isEqualTo(FRESH.toBytes());
    assertThat(overSocket(asking.setSequenceNum(1), false).getAgentIdentification())
        .isEqualTo(answer.getAgentIdentification());
    AgentState renamed = agent.renamed(FRESH);
    assertThat(renamed.report().getInstanceUid()).isEqualTo(FRESH.toBytes());
    assertThat(renamed.report().getAgentDescription())
        .isEqualTo(agent.report().getAgentDescription());
  }

  @Test
  void answersAGoodbyeAndThenShowsTheAgentDisconnected_CLOSE06_E17() {
    target = config("h1");
    overSocket(first(1), true);
    Step step =
        receive(
            bare(1).setAgentDisconnect(AgentDisconnect.getDefaultInstance()).build(), false, false);
    assertThat(step.reply()).isPresent();
    assertThat(step.reply().get().hasRemoteConfig()).isFalse();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(step.durable()).isTrue();
  }

  @Test
  void tellsWhyAnAgentIsGoneOnce() {
    overSocket(first(1), true);
    Step lost = machine.disconnected(agent, "connection reset", now);
    assertThat(lost.state().status())
        .isEqualTo(new AgentStatus(ConnectionState.DISCONNECTED, "connection reset"));
    assertThat(lost.events()).hasSize(1);
    Step again = machine.timedOut(lost.state(), "silent", now);
    assertThat(again.events()).isEmpty();
    assertThat(again.state().status().reason()).isEqualTo("connection reset");
  }

  @Test
  void tellsASecondAgentWithTheSameUidToUseAnother_DUP05_UID07_UID09_CAP08() {
    ServerToAgent answer = machine.renaming(UID, machine.freshUid());
    assertThat(answer)
        .isEqualTo(
            ServerToAgent.newBuilder()
                .setInstanceUid(UID.toBytes())
                .setCapabilities(SERVER)
                .setAgentIdentification(
                    AgentIdentification.newBuilder().setNewInstanceUid(FRESH.toBytes()))
                .build());
  }

  @Test
  void offersAgainAfterAReconnectBecauseThePushMayBeLost() {
    target = config("h1");
    overSocket(first(CONFIGURABLE), true);
    agent = machine.disconnected(agent, "reset", now).state();
    assertThat(overSocket(bare(1), true).hasRemoteConfig()).isTrue();
  }

  @Test
  void acceptsAnAgentWithoutReportsStatusAndWarnsOnce_E60() {
    AgentToServer silent = first(0).build();
    assertThat(receive(silent, true, false).events())
        .anyMatch(AgentEvent.NoReportsStatus.class::isInstance);
    assertThat(receive(bare(1).build(), false, false).events()).isEmpty();
    assertThat(agent.status().state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void tellsEveryChangeOfStateWithItsReason() {
    target = config("h1");
    assertThat(states(receive(first(CONFIGURABLE).build(), true, false)))
        .containsExactly("DISCONNECTED>CONFIGURING");
    assertThat(states(receive(status(1, "h1", APPLIED, "").build(), false, false)))
        .containsExactly("CONFIGURING>CONNECTED");
    assertThat(states(receive(bare(2).setHealth(health(false)).build(), false, false)))
        .containsExactly("CONNECTED>ERROR");
  }

  private static List<String> states(Step step) {
    return step.events().stream()
        .filter(AgentEvent.StatusChanged.class::isInstance)
        .map(AgentEvent.StatusChanged.class::cast)
        .map(change -> change.from().state() + ">" + change.to().state())
        .toList();
  }

  private static ComponentHealth health(boolean healthy) {
    return ComponentHealth.newBuilder().setHealthy(healthy).build();
  }

  private ServerToAgent overSocket(AgentToServer.Builder message, boolean newConnection) {
    return receive(message.build(), newConnection, false).reply().orElseThrow();
  }

  private ServerToAgent overHttp(AgentToServer.Builder message, boolean newConnection) {
    return receive(message.build(), newConnection, true).reply().orElseThrow();
  }

  private Step receive(AgentToServer message, boolean newConnection, boolean halfDuplex) {
    Step step =
        machine.received(
            agent, message, new Arrival(newConnection, halfDuplex, now), report -> target);
    agent = step.state();
    return step;
  }

  private ServerToAgent retarget(Target wanted) {
    Step step = machine.retargeted(agent, wanted, now);
    agent = step.state();
    return step.reply().orElse(null);
  }
}
