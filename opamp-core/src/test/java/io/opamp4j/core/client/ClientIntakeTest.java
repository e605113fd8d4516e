package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.config;
import static io.opamp4j.core.client.Client.report;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.OtherConnectionSettings;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import io.opamp4j.proto.TelemetryConnectionSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client makes of what the server says. */
class ClientIntakeTest {
  private static final long RESTART =
      AgentCapabilities.AgentCapabilities_AcceptsRestartCommand_VALUE;
  private static final long SETTINGS =
      AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings_VALUE;
  private static final long HEARTBEAT = AgentCapabilities.AgentCapabilities_ReportsHeartbeat_VALUE;

  @Test
  void cfgAnOfferIsPassedOnAndItsStatusIsTold() {
    Client client = Client.webSocket().connected();
    client.received(answer().setRemoteConfig(config("H1")));
    assertThat(client.step.notices()).containsExactly(new Notice.RemoteConfigOffered(config("H1")));
    assertThat(client.step.send()).isEmpty();

    client.changed(reporting("H1", RemoteConfigStatuses.RemoteConfigStatuses_APPLIED));
    assertThat(client.sent().getRemoteConfigStatus().getLastRemoteConfigHash().toStringUtf8())
        .as("CFG-11")
        .isEqualTo("H1");
  }

  @ParameterizedTest
  @CsvSource({"APPLYING, H1, false", "APPLIED, H1, false", "FAILED, H1, true", "APPLIED, H2, true"})
  void stat10AnOfferThatIsBeingAppliedOrHasBeenIsNotPassedOnAgain(
      String status, String offered, boolean passedOn) {
    Client client = Client.webSocket().connected();
    client.changed(reporting("H1", RemoteConfigStatuses.valueOf("RemoteConfigStatuses_" + status)));
    client.received(answer().setRemoteConfig(config(offered)));
    assertThat(client.step.notices()).hasSize(passedOn ? 1 : 0);
    assertThat(client.step.send()).as("CFG-14").isEmpty();
  }

  @Test
  void e51AnOfferWithoutConfigIsNoChange() {
    Client client = Client.webSocket().connected();
    client.received(answer().setRemoteConfig(config("H1").toBuilder().clearConfig()));
    assertThat(client.step.notices()).isEmpty();
  }

  @Test
  void cap06WhatTheAgentCannotDoIsIgnored() {
    Client client =
        new Client(ClientSettings.defaults(Duplex.FULL), AgentToServer.newBuilder().build())
            .connected();
    client.received(
        answer()
            .setRemoteConfig(config("H1"))
            .setPackagesAvailable(PackagesAvailable.getDefaultInstance())
            .setConnectionSettings(offer(5))
            .setCommand(ServerToAgentCommand.getDefaultInstance())
            .setCustomMessage(CustomMessage.newBuilder().setCapability("com.example.x")));
    assertThat(client.step.notices()).isEmpty();
    assertThat(client.step.send()).isEmpty();
  }

  @Test
  void cmd02WithACommandNothingElseCounts() {
    Client client = withCapabilities(Duplex.FULL, RESTART);
    client.received(
        answer()
            .setCommand(ServerToAgentCommand.getDefaultInstance())
            .setRemoteConfig(config("H1"))
            .setFlags(1));
    assertThat(client.step.notices()).containsExactly(new Notice.RestartRequested());
    assertThat(client.step.send()).isEmpty();
  }

  @Test
  void e38WithoutTheCapabilityTheRestOfACommandMessageCounts() {
    Client client = Client.webSocket().connected();
    client.received(
        answer()
            .setCommand(ServerToAgentCommand.getDefaultInstance())
            .setRemoteConfig(config("H1")));
    assertThat(client.step.notices()).containsExactly(new Notice.RemoteConfigOffered(config("H1")));
  }

  @Test
  void e39AnUnknownCommandIsIgnored() {
    Client client = withCapabilities(Duplex.FULL, RESTART);
    client.received(answer().setCommand(ServerToAgentCommand.newBuilder().setTypeValue(77)));
    assertThat(client.step.notices()).containsExactly(new Notice.CommandIgnored(77));
    assertThat(client.step.send()).isEmpty();
  }

  @Test
  void uid08ANewIdIsTakenUpAtOnceAndAnnounced() {
    Client client = Client.webSocket().connected();
    ByteString fresh = ByteString.copyFromUtf8("0123456789abcdef");
    client.received(identification(fresh));

    assertThat(client.sent().getInstanceUid()).isEqualTo(fresh);
    assertThat(client.state.uid()).isEqualTo(InstanceUid.from(fresh).orElseThrow());
    assertThat(client.step.notices())
        .containsExactly(new Notice.UidAssigned(InstanceUid.from(fresh).orElseThrow()));
    assertThat(client.received(answer().setRemoteConfig(config("late"))).notices())
        .as("E-54: addressed to the old id")
        .isEmpty();
    client.received(ServerToAgent.newBuilder().setInstanceUid(fresh));
    assertThat(client.step.send()).isEmpty();
  }

  @Test
  void aServerThatRenamesTheAgentInEveryAnswerCannotMakeALoop() {
    Client client = Client.webSocket().connected();
    int messages = 0;
    for (int i = 100; i < 200; i++) {
      ByteString next = ByteString.copyFromUtf8("0123456789abc" + i);
      client.received(identification(next).setInstanceUid(client.state.uid().toBytes()));
      messages += client.step.send().isPresent() ? 1 : 0;
    }
    assertThat(messages).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({"''", "short", "seventeen bytes !"})
  void e23AnIdOfAnyOtherLengthIsIgnored(String id) {
    Client client = Client.webSocket().connected();
    client.received(identification(ByteString.copyFromUtf8(id)));
    assertThat(client.state.uid()).isEqualTo(Client.UID);
    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices()).isEmpty();
  }

  @Test
  void e54AMessageForAnotherAgentIsNoAnswer() {
    Client client = Client.webSocket();
    client.start();
    client.opened();
    client.received(
        ServerToAgent.newBuilder().setInstanceUid(ByteString.copyFromUtf8("another agent 16")));
    assertThat(client.state.phase()).isEqualTo(ClientPhase.AWAITING_FIRST_ANSWER);
    client.received(ServerToAgent.newBuilder());
    assertThat(client.state.phase()).as("no uid at all is for us").isEqualTo(ClientPhase.CONNECTED);
  }

  @ParameterizedTest
  @CsvSource({
    // duplex, has heartbeat bit, has settings bit, offered seconds, interval in seconds then
    "FULL, true, false, 2, 2",
    "FULL, true, true, 2, 2",
    "FULL, false, true, 2, 30",
    "FULL, true, false, 0, 0",
    "HALF, true, false, 2, 2",
    "HALF, false, true, 2, 2",
    "HALF, false, false, 2, 30",
    "HALF, true, true, 0, 30",
    "FULL, true, true, -1, 31536000",
  })
  void hb04AnOfferedIntervalIsUsedFromThenOn(
      Duplex duplex, boolean heartbeat, boolean settings, long offered, long interval) {
    long capabilities = 1 | (heartbeat ? HEARTBEAT : 0) | (settings ? SETTINGS : 0);
    Client client =
        new Client(
                ClientSettings.defaults(duplex),
                AgentToServer.newBuilder().setCapabilities(capabilities).build())
            .connected();
    client.received(answer().setConnectionSettings(offer(offered)));

    assertThat(client.state.heartbeatInterval()).isEqualTo(Duration.ofSeconds(interval));
    assertThat(client.step.notices()).isEmpty();
    if (interval == 0) {
      assertThat(client.step.wakeUp()).as("HB-05").isEmpty();
    } else if (heartbeat || duplex == Duplex.HALF) {
      assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(interval));
    }
  }

  @Test
  void e31TheSameSettingsAgainAreSkippedUnlessTheyHaveNoHash() {
    Client client = withCapabilities(Duplex.FULL, SETTINGS);
    client.received(answer().setConnectionSettings(offer(5)));
    client.received(answer().setConnectionSettings(offer(7)));
    assertThat(client.state.heartbeatInterval()).isEqualTo(Duration.ofSeconds(5));
    for (long seconds = 7; seconds < 9; seconds++) {
      client.received(answer().setConnectionSettings(offer(seconds).toBuilder().clearHash()));
      assertThat(client.state.heartbeatInterval()).isEqualTo(Duration.ofSeconds(seconds));
    }
  }

  @Test
  void cap06ASettingsOfferIsReducedToWhatTheAgentTakes() {
    Client client =
        withCapabilities(Duplex.FULL, AgentCapabilities.AgentCapabilities_ReportsOwnLogs_VALUE);
    TelemetryConnectionSettings telemetry =
        TelemetryConnectionSettings.newBuilder().setDestinationEndpoint("https://x/v1").build();
    ConnectionSettingsOffers offer =
        offer(5).toBuilder()
            .setOwnLogs(telemetry)
            .setOwnMetrics(telemetry)
            .setOwnTraces(telemetry)
            .putOtherConnections("x", OtherConnectionSettings.getDefaultInstance())
            .build();
    client.received(answer().setConnectionSettings(offer));
    assertThat(client.step.notices())
        .containsExactly(
            new Notice.ConnectionSettingsOffered(
                ConnectionSettingsOffers.newBuilder()
                    .setHash(offer.getHash())
                    .setOwnLogs(telemetry)
                    .build()));
  }

  @Test
  void custom06OnlyMessagesOfAnnouncedCapabilitiesArePassedOn() {
    Client client = Client.webSocket().connected();
    client.changed(
        report()
            .setCustomCapabilities(
                CustomCapabilities.newBuilder().addCapabilities("com.example.pause/v1")));
    CustomMessage known = CustomMessage.newBuilder().setCapability("com.example.pause/v1").build();
    CustomMessage unknown = CustomMessage.newBuilder().setCapability("com.example.other").build();
    assertThat(client.received(answer().setCustomMessage(known)).notices())
        .containsExactly(new Notice.CustomMessageReceived(known));
    assertThat(client.received(answer().setCustomMessage(unknown)).notices()).isEmpty();
  }

  private static Client withCapabilities(Duplex duplex, long more) {
    return new Client(
            ClientSettings.defaults(duplex),
            report().setCapabilities(Client.CAPABILITIES | more).build())
        .connected();
  }

  private static AgentToServer.Builder reporting(String hash, RemoteConfigStatuses status) {
    return report().setRemoteConfigStatus(Client.status(hash, status));
  }

  private static ServerToAgent.Builder identification(ByteString id) {
    return answer().setAgentIdentification(AgentIdentification.newBuilder().setNewInstanceUid(id));
  }

  private static ConnectionSettingsOffers offer(long seconds) {
    return ConnectionSettingsOffers.newBuilder()
        .setHash(ByteString.copyFromUtf8("S1"))
        .setOpamp(OpAMPConnectionSettings.newBuilder().setHeartbeatIntervalSeconds(seconds))
        .build();
  }
}
