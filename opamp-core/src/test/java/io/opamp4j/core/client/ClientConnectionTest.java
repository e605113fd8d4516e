package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.health;
import static io.opamp4j.core.client.Client.report;
import static io.opamp4j.core.client.ClientStep.ConnectionOrder.CLOSE;
import static io.opamp4j.core.client.ClientStep.ConnectionOrder.KEEP;
import static io.opamp4j.core.client.ClientStep.ConnectionOrder.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.report.Section;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.RetryInfo;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Opening, losing, waiting, heartbeats and closing. */
class ClientConnectionTest {

  @Test
  void est02FailedConnectsAreRetriedForEverWithGrowingWaits() {
    Client client = Client.webSocket();
    client.start();
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      assertThat(client.step.connection()).isEqualTo(OPEN);
      client.lost(LossKind.UNREACHABLE);
      waits.add(client.untilWakeUp());
      client.wakeUp();
    }
    Duration cap = Backoff.DEFAULT.cap();
    assertThat(waits).allMatch(wait -> wait.compareTo(cap) <= 0);
    assertThat(waits.get(0)).isLessThan(Duration.ofSeconds(1));
    assertThat(waits.subList(20, 100)).allMatch(wait -> wait.compareTo(Duration.ofSeconds(15)) > 0);
    assertThat(waits).as("jitter").doesNotHaveDuplicates();
  }

  @Test
  void est04AStableConnectionThatBreaksIsReopenedAtOnceAndThenMoreSlowly() {
    Client client = Client.webSocket().connected().after(Duration.ofMinutes(1));
    client.lost(LossKind.BROKEN);
    assertThat(client.step.connection()).isEqualTo(OPEN);
    client.lost(LossKind.UNREACHABLE);
    assertThat(client.step.connection()).isEqualTo(KEEP);
    assertThat(client.untilWakeUp()).isPositive();
  }

  @Test
  void aServerThatCutsEveryConnectionAfterTheFirstAnswerIsNotHammered() {
    Client client = Client.webSocket().connected();
    client.lost(LossKind.CLOSED);
    Duration total = Duration.ZERO;
    for (int i = 0; i < 10; i++) {
      client.reconnect();
      client.received(answer());
      client.lost(LossKind.CLOSED);
      total = total.plus(client.untilWakeUp());
    }
    assertThat(total).isGreaterThan(Duration.ofSeconds(10));
  }

  @Test
  void theWaitsStartOverAfterAStableConnection() {
    Client client = Client.webSocket();
    client.start();
    for (int i = 0; i < 20; i++) {
      client.lost(LossKind.UNREACHABLE);
      client.wakeUp();
    }
    client.opened();
    client.received(answer());
    client.after(Duration.ofSeconds(30)).lost(LossKind.BROKEN);
    assertThat(client.step.connection()).isEqualTo(OPEN);
  }

  @Test
  void est01AFirstReportWithoutAnswerEndsTheConnection() {
    Client client = Client.webSocket();
    client.start();
    client.opened();
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(30));
    client.wakeUp();

    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.step.notices())
        .singleElement()
        .isInstanceOfSatisfying(
            Notice.ConnectFailed.class,
            failed -> assertThat(failed.loss().kind()).isEqualTo(LossKind.TIMEOUT));
    client.reconnect();
    assertThat(client.sent().hasAgentDescription()).as("E-46").isTrue();
  }

  @Test
  void aTransportThatNeverOpensIsGivenUp() {
    Client client = Client.webSocket();
    client.start();
    client.wakeUp();
    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.state.phase()).isEqualTo(ClientPhase.WAITING_TO_RETRY);
  }

  @Test
  void throttle08RetryAfterCountsIfItIsLongerThanTheComputedWait() {
    Client client = Client.webSocket();
    client.start();
    client.lost(new Loss(LossKind.THROTTLED, "503", Optional.of(Duration.ofSeconds(45))));
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(45));
    client.wakeUp();
    client.lost(new Loss(LossKind.THROTTLED, "503", Optional.of(Duration.ZERO)));
    assertThat(client.untilWakeUp()).isPositive();
    client.wakeUp();
    client.lost(new Loss(LossKind.THROTTLED, "503", Optional.of(Duration.ofDays(4000))));
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void throttle03OnUnavailableTheClientLeavesWaitsAndComesBack() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.received(unavailable(Duration.ofSeconds(90).toNanos()));

    assertThat(client.sent().hasAgentDisconnect()).as("CLOSE-01").isTrue();
    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(90));
    client.after(Duration.ofSeconds(40)).wakeUpEarly();
    assertThat(client.step.send()).as("THROTTLE-09: no heartbeats meanwhile").isEmpty();
    client.reconnect();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("busy");
  }

  @Test
  void throttle05WithoutATimeTheClientBacksOff() {
    Client client = Client.http();
    client.start();
    client.opened();
    client.received(Client.error(ServerErrorResponseType.ServerErrorResponseType_Unavailable));
    assertThat(client.step.send()).as("half-duplex: nothing to say goodbye on").isEmpty();
    assertThat(client.untilWakeUp()).isBetween(Duration.ofMillis(250), Duration.ofMillis(750));
    assertThat(client.state.phase()).isEqualTo(ClientPhase.WAITING_TO_RETRY);
  }

  @Test
  void aRetryTimeBeyondAllReasonIsCutToADay() {
    Client client = Client.webSocket().connected();
    client.received(unavailable(-1));
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void hb09TheHeartbeatCountsFromTheLastMessageOfAnyKind() {
    Client client = Client.webSocket().connected();
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(30));
    client.after(Duration.ofSeconds(20)).changed(report().setHealth(health("busy")));
    client.received(answer());
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(30));
    client.wakeUp();
    assertThat(Section.presentIn(client.sent())).as("HB-06").isEmpty();
    assertThat(client.sent().getCapabilities()).isEqualTo(Client.CAPABILITIES);
  }

  @Test
  void e27WithoutTheCapabilityAWebSocketClientStaysSilent() {
    Client client =
        new Client(ClientSettings.defaults(Duplex.FULL), report().setCapabilities(0x801).build())
            .connected();
    assertThat(client.step.wakeUp()).isEmpty();
  }

  @Test
  void http03AnHttpClientPollsWithOrWithoutTheCapability() {
    Client client =
        new Client(ClientSettings.defaults(Duplex.HALF), report().setCapabilities(0x801).build())
            .connected();
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(30));
    client.wakeUp();
    assertThat(Section.presentIn(client.sent())).isEmpty();
  }

  @Test
  void http08AndHttp09OneRequestAtATimeAndTheNextAtOnce() {
    Client client = Client.http().connected();
    client.changed(report().setHealth(health("a")));
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("a");
    assertThat(client.changed(report().setHealth(health("b"))).send()).isEmpty();
    assertThat(client.changed(report().setHealth(health("c"))).send()).isEmpty();
    client.received(answer());
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("c");
    assertThat(client.received(answer()).send()).isEmpty();
  }

  @Test
  void e33AFailedRequestIsRepeatedWithTheLatestState() {
    Client client = Client.http().connected();
    client.changed(report().setHealth(health("a")));
    client.lost(LossKind.SERVER_ERROR);
    client.changed(report().setHealth(health("b")));
    client.reconnect();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("b");
  }

  @Test
  void close02StopSaysGoodbyeThenCloses() {
    Client client = Client.webSocket().connected();
    client.stop();
    assertThat(client.sent().hasAgentDisconnect()).isTrue();
    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.state.phase()).isEqualTo(ClientPhase.STOPPING);
    client.lost(LossKind.CLOSED);
    assertThat(client.step.notices()).containsExactly(new Notice.Stopped());
    assertThat(client.step.wakeUp()).isEmpty();
  }

  @Test
  void close02APeerThatDoesNotCloseIsNotWaitedForForEver() {
    Client client = Client.webSocket().connected();
    client.stop();
    client.wakeUp();
    assertThat(client.state.phase()).isEqualTo(ClientPhase.STOPPED);
  }

  @Test
  void close04OverHttpTheGoodbyeWaitsForTheAnswerUnderWay() {
    Client client = Client.http().connected();
    client.changed(report().setHealth(health("a")));
    client.changed(report().setHealth(health("last words")));
    assertThat(client.stop().send()).isEmpty();
    client.received(answer());
    assertThat(client.sent().hasAgentDisconnect()).isTrue();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("last words");
    client.received(answer());
    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.state.phase()).isEqualTo(ClientPhase.STOPPED);
  }

  @Test
  void aClientThatIsNotConnectedStopsAtOnce() {
    Client idle = Client.webSocket();
    assertThat(idle.stop().notices()).containsExactly(new Notice.Stopped());
    Client connecting = Client.webSocket();
    connecting.start();
    assertThat(connecting.stop().connection()).isEqualTo(CLOSE);
    Client waiting = Client.webSocket();
    waiting.start();
    waiting.lost(LossKind.TLS);
    assertThat(waiting.stop().wakeUp()).isEmpty();
    assertThat(waiting.start().connection()).as("not started twice").isEqualTo(KEEP);
  }

  @Test
  void e06TenUnreadableMessagesInARowEndTheConnectionAndTheClientBacksOff() {
    Client client = Client.webSocket().connected().after(Duration.ofMinutes(5));
    for (int i = 0; i < 9; i++) {
      client.malformed();
    }
    client.received(answer());
    for (int i = 0; i < 9; i++) {
      client.malformed();
      assertThat(client.step.connection()).isEqualTo(KEEP);
    }
    client.malformed();
    assertThat(client.step.connection()).isEqualTo(CLOSE);
    assertThat(client.untilWakeUp()).isPositive();
  }

  @Test
  void lim21AnUnreadableAnswerIsAFailedRequest() {
    Client client = Client.http().connected();
    client.changed(report().setHealth(health("a")));
    client.malformed();
    client.reconnect();
    assertThat(client.sent().getHealth().getStatus()).isEqualTo("a");
  }

  @ParameterizedTest
  @EnumSource(ClientPhase.class)
  void inputsThatDoNotFitThePhaseChangeNothing(ClientPhase phase) {
    Client client = inPhase(phase);
    if (phase != ClientPhase.CONNECTING) {
      assertThat(client.opened().send()).isEmpty();
      assertThat(client.state.phase()).isEqualTo(phase);
    }
    if (phase != ClientPhase.IDLE) {
      assertThat(client.start().connection()).isEqualTo(KEEP);
    }
    assertThat(client.wakeUpEarly().send()).isEmpty();
    client.received(
        ServerToAgent.newBuilder()
            .setInstanceUid(com.google.protobuf.ByteString.copyFromUtf8("another agent 16")));
    assertThat(client.state.phase()).isEqualTo(phase);
    if (!phase.isOpen()) {
      client.received(answer().setRemoteConfig(Client.config("H")));
      assertThat(client.step.notices()).isEmpty();
      client.malformed();
      assertThat(client.step.notices()).isEmpty();
    }
    assertThat(client.state.phase()).isEqualTo(phase);
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    Duration wait = Duration.ofSeconds(1);
    assertThatThrownBy(
            () ->
                new ClientSettings(
                    Duplex.HALF, Heartbeat.OFF, wait, wait, wait, Backoff.DEFAULT, 2000))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new ClientSettings(
                    Duplex.FULL, Heartbeat.OFF, Duration.ZERO, wait, wait, Backoff.DEFAULT, 2000))
        .hasMessageContaining("answerTimeout");
    assertThatThrownBy(
            () ->
                new ClientSettings(
                    Duplex.FULL, Heartbeat.OFF, wait, wait, wait, Backoff.DEFAULT, 1023))
        .hasMessageContaining("1023");
  }

  private static Client inPhase(ClientPhase phase) {
    Client client = Client.webSocket();
    switch (phase) {
      case IDLE -> {}
      case CONNECTING -> client.start();
      case AWAITING_FIRST_ANSWER -> {
        client.start();
        client.opened();
      }
      case CONNECTED -> client.connected();
      case WAITING_TO_RETRY -> {
        client.start();
        client.lost(LossKind.UNREACHABLE);
      }
      case LEAVING -> {
        client =
            new Client(
                    client.settings,
                    Client.report().setCapabilities(Client.CAPABILITIES | 0x100).build())
                .connected();
        ServerToAgent.Builder offer = answer();
        offer.getConnectionSettingsBuilder().getOpampBuilder().setDestinationEndpoint("wss://x/");
        client.received(offer);
      }
      case STOPPING -> client.connected().stop();
      case STOPPED -> client.stop();
    }
    assertThat(client.state.phase()).isEqualTo(phase);
    return client;
  }

  private static ServerToAgent.Builder unavailable(long nanos) {
    ServerToAgent.Builder message =
        Client.error(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    message
        .getErrorResponseBuilder()
        .setRetryInfo(RetryInfo.newBuilder().setRetryAfterNanoseconds(nanos));
    return message;
  }
}
