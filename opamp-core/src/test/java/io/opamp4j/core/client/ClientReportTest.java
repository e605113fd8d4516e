package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.catalogue;
import static io.opamp4j.core.client.Client.effective;
import static io.opamp4j.core.client.Client.health;
import static io.opamp4j.core.client.Client.report;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.ServerCapabilities;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told, when, and how often. */
class ClientReportTest {

  @Test
  void stat01TheFirstMessageIsTheWholeReportWithTheCatalogueAsItsHash() {
    Client client = Client.webSocket();
    client.start();
    client.opened();

    AgentToServer first = client.sent();
    assertThat(first.getInstanceUid()).isEqualTo(Client.UID.toBytes());
    assertThat(first.getSequenceNum()).isZero();
    assertThat(first.getCapabilities()).isEqualTo(Client.CAPABILITIES);
    assertThat(Section.presentIn(first)).isEqualTo(Section.presentIn(report().build()));
    assertThat(first.getAvailableComponents().getHash().toStringUtf8()).isEqualTo("X");
    assertThat(first.getAvailableComponents().getComponentsCount()).as("COMP-03").isZero();
  }

  @Test
  void est01ChangesWaitForTheAnswerToTheFirstReport() {
    Client client = Client.webSocket();
    client.start();
    client.opened();

    assertThat(client.changed(report().setHealth(health("busy"))).send()).isEmpty();
    client.received(answer());

    assertThat(client.sent().getHealth().getStatus()).isEqualTo("busy");
  }

  @Test
  void stat11AnAcknowledgementCausesSilence() {
    Client client = Client.webSocket().connected();
    assertThat(client.step.send()).isEmpty();
    client.changed(report().setHealth(health("busy")));
    for (int i = 0; i < 20; i++) {
      assertThat(client.received(answer()).send()).isEmpty();
    }
  }

  @Test
  void seq01TheNumberGrowsByOneOverReconnectsAndNewUids() {
    Client client = Client.webSocket().connected();
    assertThat(
            client.changed(report().setHealth(health("a"))).send().orElseThrow().getSequenceNum())
        .isEqualTo(1);
    client.lost(LossKind.BROKEN);
    client.reconnect();
    assertThat(client.sent().getSequenceNum()).isEqualTo(2);
    client.received(
        answer()
            .setAgentIdentification(
                AgentIdentification.newBuilder()
                    .setNewInstanceUid(ByteString.copyFromUtf8("0123456789abcdef"))));
    assertThat(client.sent().getSequenceNum()).isEqualTo(3);
  }

  @Test
  void compress01OnlyWhatChangedIsToldAndItIsToldWhole() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));

    assertThat(Section.presentIn(client.sent())).containsExactly(Section.HEALTH);
    assertThat(client.sent().getHealth()).isEqualTo(health("busy"));
    assertThat(client.sent().getCapabilities()).as("CAP-02").isEqualTo(Client.CAPABILITIES);
  }

  @Test
  void aSectionThatIsGoneIsToldAsEmpty() {
    Client client = Client.webSocket().connected();
    client.changed(report().clearEffectiveConfig());

    assertThat(client.sent().hasEffectiveConfig()).isTrue();
    assertThat(client.sent().getEffectiveConfig().hasConfigMap()).isFalse();
  }

  @Test
  void seq05TheFullStateIsSentOnceWhenAskedFor() {
    Client client = Client.webSocket().connected();
    client.received(answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE));

    assertThat(Section.presentIn(client.sent())).isEqualTo(Section.presentIn(report().build()));
    assertThat(client.sent().getAvailableComponents().getComponentsCount()).as("E-44").isZero();
    assertThat(client.received(answer()).send()).isEmpty();
  }

  @Test
  void comp05TheCatalogueIsSentWhenAskedForByItsOwnFlag() {
    Client client = Client.webSocket().connected();
    client.received(
        answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE));

    assertThat(Section.presentIn(client.sent())).containsExactly(Section.AVAILABLE_COMPONENTS);
    assertThat(client.sent().getAvailableComponents()).isEqualTo(catalogue());
    assertThat(client.received(answer()).send()).as("COMP-08").isEmpty();
  }

  @Test
  void stat11AServerThatAsksInEveryAnswerCannotMakeALoop() {
    Client client = Client.webSocket().connected();
    int reports = 0;
    for (int i = 0; i < 1000; i++) {
      client.after(Duration.ofMillis(10));
      client.received(
          answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE));
      reports += client.step.send().isPresent() ? 1 : 0;
    }
    assertThat(reports).as("in 10 seconds").isEqualTo(5);

    client.wakeUp();
    assertThat(client.sent().hasAgentDescription()).as("asked for and still due").isTrue();
  }

  @Test
  void e46WhatMayNotHaveArrivedIsToldAgain() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.lost(LossKind.BROKEN);
    client.reconnect();

    assertThat(Section.presentIn(client.sent())).containsExactly(Section.HEALTH);
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("busy");
  }

  @Test
  void e46AStateThatWentBackWhileInDoubtIsToldAgainToo() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.lost(LossKind.BROKEN);
    client.changed(report());
    client.reconnect();

    assertThat(client.sent().getHealth().getStatus()).isEqualTo("ok");
  }

  @Test
  void e45AReconnectTellsOnlyWhatChanged() {
    Client client = Client.webSocket().connected();
    client.lost(LossKind.CLOSED);
    client.reconnect();

    assertThat(Section.presentIn(client.sent())).isEmpty();
    assertThat(client.sent().getInstanceUid()).isEqualTo(Client.UID.toBytes());
  }

  @Test
  void retry05ALongOutageEndsInOneMessageWithTheLatestState() {
    Client client = Client.webSocket().connected();
    client.lost(LossKind.BROKEN);
    for (int i = 0; i < 100; i++) {
      client.changed(report().setHealth(health("state " + i)));
      assertThat(client.step.send()).isEmpty();
    }
    client.reconnect();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("state 99");
    assertThat(client.received(answer()).send()).isEmpty();
  }

  @Test
  void retry01UnansweredStateIsToldAgainAndADeadConnectionIsGivenUp() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.wakeUp();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("busy");
    client.wakeUp();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("busy");
    client.wakeUp();

    assertThat(client.step.connection()).isEqualTo(ClientStep.ConnectionOrder.CLOSE);
    assertThat(client.step.notices()).hasSize(1).first().isInstanceOf(Notice.Disconnected.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerErrorResponseType.class,
      names = {"ServerErrorResponseType_BadRequest", "ServerErrorResponseType_Unknown"})
  void err05WhatWasRefusedIsNotSentAgain(ServerErrorResponseType type) {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.received(Client.error(type));

    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices()).hasSize(1).first().isInstanceOf(Notice.ErrorReceived.class);
    client.lost(LossKind.BROKEN);
    client.reconnect();
    assertThat(Section.presentIn(client.sent())).isEmpty();
  }

  @Test
  void cap01And03UndefinedBitsAreDroppedAndReportsStatusIsAlwaysSet() {
    Client client =
        new Client(
            ClientSettings.defaults(Duplex.FULL),
            AgentToServer.newBuilder().setCapabilities(0x7_0000_0004L).build());
    client.start();
    client.opened();
    assertThat(client.sent().getCapabilities()).isEqualTo(0x5);
  }

  @Test
  void cap04ChangedCapabilitiesAreToldAtOnce() {
    Client client = Client.webSocket().connected();
    client.changed(report().setCapabilities(Client.CAPABILITIES | 0x400));
    assertThat(client.sent().getCapabilities()).isEqualTo(Client.CAPABILITIES | 0x400);
  }

  @Test
  void health06SectionsWithoutTheirCapabilityAreNotTold() {
    Client client =
        new Client(ClientSettings.defaults(Duplex.FULL), report().setCapabilities(0x1).build());
    client.start();
    client.opened();
    assertThat(Section.presentIn(client.sent())).containsExactly(Section.AGENT_DESCRIPTION);
  }

  @Test
  void cap12WhatTheServerDoesNotAcceptIsNotToldUntilItDoes() {
    Client client = Client.webSocket();
    client.start();
    client.opened();
    client.received(answer().setCapabilities(0x1));
    PackageStatuses packages = PackageStatuses.newBuilder().setErrorMessage("no disk").build();
    AgentToServer.Builder changed =
        report()
            .setCapabilities(
                Client.CAPABILITIES
                    | AgentCapabilities.AgentCapabilities_ReportsPackageStatuses_VALUE)
            .setEffectiveConfig(effective("changed"))
            .setPackageStatuses(packages);
    client.changed(changed);
    assertThat(Section.presentIn(client.sent())).as("only the new capabilities").isEmpty();

    client.received(answer().setCapabilities(0));
    assertThat(client.step.send()).as("0 means unchanged (E-36)").isEmpty();

    client.received(
        answer()
            .setCapabilities(
                0x1
                    | ServerCapabilities.ServerCapabilities_AcceptsEffectiveConfig_VALUE
                    | ServerCapabilities.ServerCapabilities_AcceptsPackagesStatus_VALUE));
    assertThat(Section.presentIn(client.sent()))
        .containsExactlyInAnyOrder(Section.EFFECTIVE_CONFIG, Section.PACKAGE_STATUSES);
  }

  @Test
  void lim14AnOversizedPartIsWithheldAndTheRestIsTold() {
    Client client = new Client(limited(2000), report().setEffectiveConfig(big(3000)).build());
    client.start();
    client.opened();

    assertThat(client.sent().hasEffectiveConfig()).isFalse();
    assertThat(client.sent().hasHealth()).isTrue();
    assertThat(client.step.notices())
        .filteredOn(Notice.SectionWithheld.class::isInstance)
        .hasSize(1)
        .first()
        .extracting(notice -> ((Notice.SectionWithheld) notice).section())
        .isEqualTo(Section.EFFECTIVE_CONFIG);

    client.received(answer());
    assertThat(client.step.send()).as("no loop").isEmpty();
    client.changed(report().setEffectiveConfig(effective("small again")));
    assertThat(client.sent().getEffectiveConfig()).isEqualTo(effective("small again"));
  }

  @Test
  void lim01AMessageOfExactlyTheLimitIsSent() {
    Client probe = new Client(limited(60_000), report().setEffectiveConfig(big(3000)).build());
    probe.start();
    probe.opened();
    int exact = probe.sent().getSerializedSize() + 1;

    for (int limit : new int[] {exact - 1, exact}) {
      Client client = new Client(limited(limit), report().setEffectiveConfig(big(3000)).build());
      client.start();
      client.opened();
      assertThat(client.sent().hasEffectiveConfig()).isEqualTo(limit == exact);
    }
  }

  @Test
  void lim28ACatalogueTooLargeStaysAHash() {
    AgentToServer.Builder report = report();
    for (int i = 0; i < 500; i++) {
      report
          .getAvailableComponentsBuilder()
          .putComponents("component " + i, ComponentDetails.getDefaultInstance());
    }
    Client client = new Client(limited(2000), report.build()).connected();
    client.received(
        answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE));
    assertThat(client.sent().hasAvailableComponents()).isFalse();
    client.received(answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE));
    assertThat(client.sent().getAvailableComponents().getHash().toStringUtf8()).isEqualTo("X");
  }

  @Test
  void lim19WhatTheServerFoundTooLargeIsNotSentAgain() {
    Client client = Client.http().connected();
    client.changed(report().setEffectiveConfig(big(3000)).setHealth(health("busy")));
    client.lost(LossKind.TOO_LARGE);
    client.reconnect();

    assertThat(Section.presentIn(client.sent())).containsExactly(Section.HEALTH);
    client.received(answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE));
    assertThat(client.sent().hasEffectiveConfig()).isFalse();
    client.received(answer());
    client.changed(report().setEffectiveConfig(big(10)).setHealth(health("busy")));
    assertThat(client.sent().getEffectiveConfig()).isEqualTo(big(10));
  }

  @Test
  void theSmallestLimitLeavesABareMessage() {
    AgentToServer.Builder report =
        report()
            .setEffectiveConfig(big(5000))
            .setHealth(health("x".repeat(4000)))
            .setAgentDescription(Client.description("y".repeat(3000)));
    Client client = new Client(limited(ClientSettings.SMALLEST_LIMIT), report.build());
    client.start();
    client.opened();
    assertThat(Section.presentIn(client.sent())).containsExactly(Section.AVAILABLE_COMPONENTS);
  }

  private static EffectiveConfig big(int size) {
    return effective("z".repeat(size));
  }

  private static ClientSettings limited(int sendLimit) {
    Duration wait = Duration.ofSeconds(30);
    return new ClientSettings(
        Duplex.FULL, Heartbeat.DEFAULT, wait, wait, wait, Backoff.DEFAULT, sendLimit);
  }
}
