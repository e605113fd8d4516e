package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.report;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.client.ClientStep.ConnectionOrder;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.Header;
import io.opamp4j.proto.Headers;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ProxyConnectionSettings;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.TLSCertificate;
import io.opamp4j.proto.TLSConnectionSettings;
import io.opamp4j.proto.TelemetryConnectionSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** From an offer of connection settings to its end, good or bad (D7). */
class ConnectionSettingsTest {
  private static final long CAPABILITIES =
      Client.CAPABILITIES
          | AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsOwnMetrics_VALUE;
  private static final SettingsPolicy DURABLE =
      new SettingsPolicy(
          true,
          false,
          settings ->
              settings.getDestinationEndpoint().contains("bad")
                  ? Optional.of("a bad endpoint")
                  : Optional.empty(),
          (from, to) -> true);

  @Test
  void conn13AnOfferIsSavedToldAndTheConnectionLeftInOrder() {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    assertThat(client.step.save().orElseThrow().getCandidate().getSettings())
        .as("CONN-10: before anything is sent")
        .isEqualTo(endpoint("wss://new/"));
    assertThat(status(client.sent()))
        .as("CONN-12")
        .isEqualTo(is("S1", ConnectionSettingsStatuses_APPLYING, ""));
    assertThat(client.sent().hasAgentDisconnect()).as("DUP-02").isTrue();
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.CLOSE);

    client.lost(LossKind.CLOSED);
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.OPEN);
    assertThat(client.state.target()).isEqualTo(endpoint("wss://new/"));
  }

  @Test
  void dup01NothingIsOpenedBeforeTheOldConnectionIsGoneOrGivenUp() {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    client.received(answer());
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.KEEP);
    assertThat(client.untilWakeUp()).isEqualTo(client.settings.closeTimeout());
    client.wakeUp();
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.CLOSE);
    client.wakeUp();
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.OPEN);
  }

  @Test
  void close04OverHttpTheGoodbyeIsAnsweredBeforeTheSwitch() {
    Client client = client(Duplex.HALF, Client.remembering(Client.UID)).connected();
    client.received(offer("S1", "https://new/"));
    assertThat(client.sent().hasAgentDisconnect()).isTrue();
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.KEEP);
    client.received(answer());
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.CLOSE);
    client.wakeUp();
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.OPEN);
    assertThat(client.state.target()).isEqualTo(endpoint("https://new/"));
  }

  @Test
  void conn14TheFirstAnswerMakesTheCandidateTheTruthAndThatIsToldThere() {
    Client client = switched("wss://new/");
    assertThat(status(client.sent()))
        .as("still in doubt in the first message")
        .isEqualTo(is("S1", ConnectionSettingsStatuses_APPLYING, ""));
    client.received(answer());
    assertThat(status(client.sent())).isEqualTo(is("S1", ConnectionSettingsStatuses_APPLIED, ""));
    ClientMemory memory = client.step.save().orElseThrow();
    assertThat(memory.getSettings()).as("CONN-15").isEqualTo(endpoint("wss://new/"));
    assertThat(memory.hasCandidate()).isFalse();
    client.lost(LossKind.BROKEN);
    assertThat(client.state.target()).as("CONN-15").isEqualTo(endpoint("wss://new/"));
  }

  @ParameterizedTest
  @EnumSource(
      value = LossKind.class,
      names = {"TLS", "UNAUTHORIZED", "FORBIDDEN", "REJECTED", "REDIRECTED", "MALFORMED"})
  void conn17ARefusalLeadsBackToTheOldSettingsAtOnce(LossKind kind) {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    client.lost(LossKind.CLOSED);
    client.lost(kind);
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.OPEN);
    assertThat(client.state.target()).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
    assertThat(client.step.save().orElseThrow().hasCandidate()).isFalse();
    client.opened();
    assertThat(status(client.sent()))
        .as("CONN-18")
        .isEqualTo(is("S1", ConnectionSettingsStatuses_FAILED, kind + ": for a test"));
  }

  @ParameterizedTest
  @EnumSource(
      value = LossKind.class,
      names = {"UNREACHABLE", "TIMEOUT", "THROTTLED", "SERVER_ERROR", "BROKEN", "CLOSED"},
      mode = Mode.INCLUDE)
  void conn17WhatMayPassIsTriedThreeTimes(LossKind kind) {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    client.lost(LossKind.CLOSED);
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(client.state.target()).as("attempt %d", attempt).isEqualTo(endpoint("wss://new/"));
      client.lost(kind);
      if (client.state.phase() == ClientPhase.WAITING_TO_RETRY) {
        client.wakeUp();
      }
    }
    assertThat(client.state.target()).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
  }

  @Test
  void aServerUnderTrialThatAsksToStayAwayForLongHasFailed() {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    client.lost(LossKind.CLOSED);
    client.lost(new Loss(LossKind.THROTTLED, "later", Optional.of(Duration.ofHours(1))));
    assertThat(client.state.target()).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.OPEN);
  }

  @Test
  void conn08AnErrorAsTheFirstAnswerIsNoSuccess() {
    Client client = switched("wss://new/");
    client.received(Client.error(ServerErrorResponseType.ServerErrorResponseType_Unknown));
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.CLOSE);
    client.reconnect();
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_FAILED);
    client.received(answer());
    assertThat(client.state.target()).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
  }

  @Test
  void conn11AfterACrashTheTrialIsResumedButNotForEver() {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    ClientMemory memory = client.step.save().orElseThrow();
    for (int crash = 0; crash < 3; crash++) {
      Client next = client(Duplex.FULL, memory);
      next.start();
      assertThat(next.state.target()).as("crash %d", crash).isEqualTo(endpoint("wss://new/"));
      memory = next.step.save().orElseThrow();
    }
    Client last = client(Duplex.FULL, memory);
    last.start();
    assertThat(last.state.target()).isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
    last.opened();
    assertThat(status(last.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_FAILED);
  }

  @Test
  void conn11AfterACrashASwitchThatHadSucceededIsNotUndone() {
    Client client = switched("wss://new/");
    client.received(answer());
    Client next = client(Duplex.FULL, client.state.memory());
    next.start();
    assertThat(next.state.target()).isEqualTo(endpoint("wss://new/"));
    next.opened();
    assertThat(status(next.sent())).isEqualTo(is("S1", ConnectionSettingsStatuses_APPLIED, ""));
    next.received(offer("S1", "wss://new/"));
    assertThat(next.step.send()).as("E-31").isEmpty();
  }

  @Test
  void theTransportChangesWithTheScheme() {
    Client client = switched("https://new/");
    client.received(answer());
    AgentToServer applied = client.sent();
    assertThat(status(applied).getStatus()).isEqualTo(ConnectionSettingsStatuses_APPLIED);
    client.changed(report().setCapabilities(CAPABILITIES).setHealth(Client.health("busy")));
    assertThat(client.step.send()).as("HTTP-08").isEmpty();
    client.received(answer());
    client.received(answer());
    assertThat(client.untilWakeUp())
        .as("an interval of 0 cannot stop polls")
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void settingsThatCannotWorkAreRefusedWithoutLeaving() {
    Client client = client().connected();
    client.received(offer("S1", "ftp://bad/"));
    assertThat(status(client.sent()))
        .isEqualTo(is("S1", ConnectionSettingsStatuses_FAILED, "a bad endpoint"));
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.KEEP);
  }

  @Test
  void conn19WithNothingToKeepItInACertificateIsRefused() {
    Client client =
        new Client(
                ClientSettings.defaults(Duplex.FULL),
                report().setCapabilities(CAPABILITIES).build())
            .connected();
    client.received(offer("S1", certificate("C1")));
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_FAILED);
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.KEEP);
  }

  @Test
  void e30AnOfferOfWhichNothingIsTakenHasFailed() {
    Client client =
        new Client(
                ClientSettings.defaults(Duplex.HALF),
                report()
                    .setCapabilities(
                        AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus_VALUE)
                    .build())
            .connected();
    client.received(
        answer()
            .setConnectionSettings(
                ConnectionSettingsOffers.newBuilder()
                    .setHash(ByteString.copyFromUtf8("S1"))
                    .setOwnTraces(TelemetryConnectionSettings.getDefaultInstance())));
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_FAILED);
  }

  @Test
  void e26AnOfferOfAnotherIntervalAloneNeedsNoSwitch() {
    Client client = client().connected();
    client.received(
        offer("S1", OpAMPConnectionSettings.newBuilder().setHeartbeatIntervalSeconds(7).build()));
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_APPLIED);
    assertThat(client.step.connection()).isEqualTo(ConnectionOrder.KEEP);
    assertThat(client.state.heartbeatInterval()).isEqualTo(Duration.ofSeconds(7));
    assertThat(client(Duplex.FULL, client.state.memory()).state.heartbeatInterval())
        .as("after a restart")
        .isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void e29WhatAnOfferLeavesUnsetStaysExceptTheCertificateUnderAnEndpoint() {
    OpAMPConnectionSettings now =
        OpAMPConnectionSettings.newBuilder()
            .setDestinationEndpoint("wss://old/")
            .setHeaders(
                Headers.newBuilder().addHeaders(Header.newBuilder().setKey("k").setValue("v")))
            .setTls(TLSConnectionSettings.newBuilder().setMinVersion("1.3"))
            .setProxy(ProxyConnectionSettings.newBuilder().setUrl("http://p:1"))
            .setCertificate(certificate("C1").getCertificate())
            .build();
    ByteString key = ByteString.copyFromUtf8("own key");
    assertThat(Settings.after(now, endpoint("wss://new/"), key, (from, to) -> true))
        .as("CONN-07, CONN-25, CONN-28, CONN-29")
        .isEqualTo(now.toBuilder().setDestinationEndpoint("wss://new/").clearCertificate().build());
    OpAMPConnectionSettings keyless =
        OpAMPConnectionSettings.newBuilder()
            .setCertificate(TLSCertificate.newBuilder().setCert(ByteString.copyFromUtf8("C2")))
            .build();
    assertThat(
            Settings.after(now, keyless, key, (from, to) -> true).getCertificate().getPrivateKey())
        .as("CSR-07")
        .isEqualTo(key);
    assertThat(Settings.after(now, keyless, key, (from, to) -> true).getDestinationEndpoint())
        .isEqualTo("wss://old/");
  }

  @Test
  void e35HeadersThatWereNotOfferedFollowToNoOtherHost() {
    OpAMPConnectionSettings own = OpAMPConnectionSettings.getDefaultInstance();
    BiPredicate<OpAMPConnectionSettings, OpAMPConnectionSettings> sameHost =
        (from, to) -> host(from).equals(host(to));
    OpAMPConnectionSettings away = after(own, endpoint("wss://away/"), sameHost);
    assertThat(away.hasHeaders()).as("unset would mean the application's").isTrue();
    assertThat(away.getHeaders().getHeadersCount()).isZero();
    assertThat(after(away, endpoint("wss://away/2"), sameHost).hasHeaders()).isTrue();
    assertThat(after(away, endpoint("wss://home/"), sameHost).hasHeaders())
        .as("back home with what was given there")
        .isFalse();

    OpAMPConnectionSettings.Builder given = endpoint("wss://away/").toBuilder();
    given.getHeadersBuilder().addHeadersBuilder().setKey("k").setValue("v");
    OpAMPConnectionSettings there = after(own, given.build(), sameHost);
    assertThat(after(there, endpoint("wss://away/2"), sameHost).getHeaders())
        .isEqualTo(given.getHeaders());
    assertThat(after(there, endpoint("wss://third/"), sameHost).getHeaders().getHeadersCount())
        .isZero();
    assertThat(after(there, endpoint("wss://home/"), sameHost).hasHeaders()).isFalse();
  }

  private static OpAMPConnectionSettings after(
      OpAMPConnectionSettings now,
      OpAMPConnectionSettings offer,
      BiPredicate<OpAMPConnectionSettings, OpAMPConnectionSettings> headersMayFollow) {
    return Settings.after(now, offer, ByteString.EMPTY, headersMayFollow);
  }

  private static String host(OpAMPConnectionSettings settings) {
    String endpoint = settings.getDestinationEndpoint();
    return endpoint.isEmpty() ? "home" : endpoint.split("/", -1)[2];
  }

  @Test
  void own05OtherSettingsAreTheApplicationsAndItsWordIsTold() {
    Client client = client().connected();
    client.received(telemetry("S1", "https://one/"));
    assertThat(client.step.notices())
        .anySatisfy(
            notice -> assertThat(notice).isInstanceOf(Notice.ConnectionSettingsOffered.class));
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_APPLYING);
    client.received(answer());
    client.handled("S0", "");
    assertThat(client.step.send()).as("not the offer that is awaited").isEmpty();
    client.handled("S1", "");
    assertThat(status(client.sent()).getStatus()).isEqualTo(ConnectionSettingsStatuses_APPLIED);
    assertThat(client.state.memory().getOthers().getOwnMetrics().getDestinationEndpoint())
        .isEqualTo("https://one/");

    client.received(telemetry("S2", "https://two/"));
    client.handled("S2", "no route");
    assertThat(client.state.report().getConnectionSettingsStatus())
        .isEqualTo(is("S2", ConnectionSettingsStatuses_FAILED, "no route"));
    assertThat(client.state.memory().getOthers().getOwnMetrics().getDestinationEndpoint())
        .as("OWN-04, CONN-07")
        .isEqualTo("https://one/");
    client.handled("S2", "");
    assertThat(client.step.send()).as("E-47").isEmpty();
  }

  @Test
  void own04AcceptedSettingsAreRestoredAndPendingOnesOfferedAgainAfterARestart() {
    Client client = client().connected();
    client.received(telemetry("S1", "https://one/"));
    client.handled("S1", "");
    client.received(telemetry("S2", "https://two/"));
    Client next = client(Duplex.FULL, client.state.memory());
    next.start();
    assertThat(next.step.notices())
        .hasExactlyElementsOfTypes(
            Notice.ConnectionSettingsRestored.class, Notice.ConnectionSettingsOffered.class);
  }

  @Test
  void bothPartsOfAnOfferMustSucceed() {
    Client client = client().connected();
    ServerToAgent.Builder both = telemetry("S1", "https://one/");
    both.getConnectionSettingsBuilder().setOpamp(endpoint("wss://new/"));
    client.received(both);
    client.handled("S1", "no route");
    client.lost(LossKind.CLOSED);
    client.opened();
    client.received(answer());
    assertThat(client.state.target()).isEqualTo(endpoint("wss://new/"));
    assertThat(client.state.report().getConnectionSettingsStatus())
        .isEqualTo(is("S1", ConnectionSettingsStatuses_FAILED, "no route"));
  }

  @Test
  void aServerThatOffersSomethingElseEveryTimeIsHeardOnlySoOften() {
    Client client = client().connected();
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      client.received(offer("S" + i, "ftp://bad/" + i));
      answered += client.step.send().isPresent() ? 1 : 0;
    }
    assertThat(answered).isEqualTo(5);
  }

  @Test
  void aStopDuringTheTrialKeepsTheCandidateForTheNextProcess() {
    Client client = switched("wss://new/");
    client.stop();
    client.lost(LossKind.CLOSED);
    assertThat(client.state.phase()).isEqualTo(ClientPhase.STOPPED);
    assertThat(client.state.memory().hasCandidate()).isTrue();
  }

  @Test
  void aStopWhileLeavingIsOverWithTheOldConnection() {
    Client client = client().connected();
    client.received(offer("S1", "wss://new/"));
    client.stop();
    assertThat(client.step.send()).as("said already").isEmpty();
    client.lost(LossKind.CLOSED);
    assertThat(client.state.phase()).isEqualTo(ClientPhase.STOPPED);
  }

  private static Client client() {
    return client(Duplex.FULL, Client.remembering(Client.UID));
  }

  private static Client client(Duplex duplex, ClientMemory memory) {
    return new Client(
        ClientSettings.defaults(duplex),
        DURABLE,
        memory,
        report().setCapabilities(CAPABILITIES).build());
  }

  /** A client whose first report is out on the new connection. */
  private static Client switched(String endpoint) {
    Client client = client().connected();
    client.received(offer("S1", endpoint));
    client.lost(LossKind.CLOSED);
    client.opened();
    return client;
  }

  private static ServerToAgent.Builder offer(String hash, String endpoint) {
    return offer(hash, endpoint(endpoint));
  }

  private static ServerToAgent.Builder offer(String hash, OpAMPConnectionSettings settings) {
    return answer()
        .setConnectionSettings(
            ConnectionSettingsOffers.newBuilder()
                .setHash(ByteString.copyFromUtf8(hash))
                .setOpamp(settings));
  }

  private static ServerToAgent.Builder telemetry(String hash, String endpoint) {
    return answer()
        .setConnectionSettings(
            ConnectionSettingsOffers.newBuilder()
                .setHash(ByteString.copyFromUtf8(hash))
                .setOwnMetrics(
                    TelemetryConnectionSettings.newBuilder().setDestinationEndpoint(endpoint)));
  }

  private static OpAMPConnectionSettings endpoint(String endpoint) {
    return OpAMPConnectionSettings.newBuilder().setDestinationEndpoint(endpoint).build();
  }

  private static OpAMPConnectionSettings certificate(String name) {
    return OpAMPConnectionSettings.newBuilder()
        .setCertificate(
            TLSCertificate.newBuilder()
                .setCert(ByteString.copyFromUtf8(name))
                .setPrivateKey(ByteString.copyFromUtf8("key of " + name)))
        .build();
  }

  private static ConnectionSettingsStatus status(AgentToServer message) {
    assertThat(message.hasConnectionSettingsStatus()).as("in %s", message).isTrue();
    return message.getConnectionSettingsStatus();
  }

  private static ConnectionSettingsStatus is(
      String hash, ConnectionSettingsStatuses status, String error) {
    return ConnectionSettingsStatus.newBuilder()
        .setLastConnectionSettingsHash(ByteString.copyFromUtf8(hash))
        .setStatus(status)
        .setErrorMessage(error)
        .build();
  }
}
