package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampAssertions;
import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's timers, on a time that stands still until it is moved. */
@Timeout(60)
class ClientTimeIT {
  private static final Duration MOMENT = Duration.ofMillis(1);

  @RegisterExtension final OpampServerExtension opamp = OpampServerExtension.plain();

  private final ManualTime time = new ManualTime();
  private final Heard heard = new Heard();
  private OpampClient client;

  @AfterEach
  void stop() throws Exception {
    client.stop(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void hb04TheOfferedIntervalIsUsedFromThenOn(String scheme) throws Exception {
    ScriptedServer server = opamp.server();
    server.nextMessage().answer(interval("S1", 4));
    server.nextMessage().answer();
    server.nextMessage().answer();
    server.nextMessage().answer(interval("S2", 7));
    start(scheme);
    server.awaitMessage(Messages::isSettled);
    assertNextHeartbeatAfter(Duration.ofSeconds(4));
    assertNextHeartbeatAfter(Duration.ofSeconds(4));
    server.awaitMessage(Messages::isSettled);
    assertNextHeartbeatAfter(Duration.ofSeconds(7));
    OpampAssertions.assertNumbersGrowByOne(server.messages());
  }

  @Test
  void hb05ZeroTurnsHeartbeatsOffUntilAnIntervalIsOfferedAgain() throws Exception {
    ScriptedServer server = opamp.server();
    server.nextMessage().answer(interval("S1", 0));
    start("ws");
    server.awaitMessage(Messages::isSettled);
    Messages.awaitQuiet(server, heard);
    int before = server.messages().size();
    time.advance(Duration.ofDays(1));
    server.push(interval("S2", 5));
    server.awaitMessage(Messages::isSettled);
    assertThat(server.messages()).as("nothing else for a day").hasSize(before + 1);
    assertNextHeartbeatAfter(Duration.ofSeconds(5));
  }

  @Test
  void hb07ZeroDoesNotStopPolls() throws Exception {
    ScriptedServer server = opamp.server();
    server.nextMessage().answer(interval("S1", 0));
    start("http");
    server.awaitMessage(Messages::isSettled);
    assertNextHeartbeatAfter(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void throttle04UnavailableIsHeededForAsLongAsItSaysWithoutHeartbeats(String scheme)
      throws Exception {
    ScriptedServer server = opamp.server();
    server.nextMessage().answer();
    server.nextMessage().answer(Offers.unavailable(Duration.ofMinutes(5)));
    start(scheme);
    assertThat(heard.next(String.class)).isEqualTo("connected");
    client.setHealth(Messages.health("busy"));
    Heard.Lost lost = heard.next(Heard.Lost.class);
    assertThat(lost.loss().kind()).isEqualTo(LossKind.UNAVAILABLE);
    assertThat(lost.retryIn()).isEqualTo(Duration.ofMinutes(5));
    int requests = server.requests().size();
    int messages = server.messages().size();
    time.advance(Duration.ofMinutes(5).minus(MOMENT));
    time.advance(MOMENT);
    AgentToServer again =
        server.awaitMessage(
            message -> message.hasHealth() && server.requests().size() == requests + 1);
    assertThat(again.getHealth().getStatus()).as("RETRY-03").isEqualTo("busy");
    assertThat(server.messages().subList(messages, server.messages().size()))
        .as("THROTTLE-09: no heartbeats meanwhile")
        .allMatch(message -> message.hasHealth() || message.hasAgentDisconnect());
    OpampAssertions.assertNumbersGrowByOne(server.messages());
  }

  @ParameterizedTest(name = "{1} over {0}")
  @CsvSource({"ws, 503", "ws, 429", "http, 503", "http, 429"})
  void throttle08RetryAfterIsWaitedForToTheLastMoment(String scheme, int status) throws Exception {
    ScriptedServer server = opamp.server();
    server.nextConnection().refuse(status, Duration.ofSeconds(90));
    start(scheme);
    assertThat(heard.next(Heard.Failed.class).retryIn()).isEqualTo(Duration.ofSeconds(90));
    time.advance(Duration.ofSeconds(90).minus(MOMENT));
    assertThat(server.requests()).hasSize(1);
    time.advance(MOMENT);
    server.awaitMessage();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void est02AttemptsGetRarerUpToTheCapAndStartAnewAfterAStableConnection() throws Exception {
    ScriptedServer server = opamp.server();
    for (int i = 0; i < 6; i++) {
      server.nextConnection().refuse(500);
    }
    start("ws");
    for (int seconds : List.of(1, 2, 4, 8, 8, 8)) {
      Duration wait = heard.next(Heard.Failed.class).retryIn();
      assertThat(wait).isEqualTo(Duration.ofSeconds(seconds));
      time.advance(wait);
    }
    server.awaitMessage();
    assertThat(heard.next(String.class)).isEqualTo("connected");
    time.advance(Duration.ofSeconds(30));
    OpampAssertions.assertThat(server.awaitMessage()).isHeartbeat();
    server.nextConnection().refuse(500);
    server.cut();
    assertThat(heard.next(Heard.Lost.class).retryIn()).as("EST-04").isZero();
    assertThat(heard.next(Heard.Failed.class).retryIn()).isEqualTo(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void aServerThatSaysNothingIsGivenUpAndAnotherAttemptMade(String scheme) throws Exception {
    ScriptedServer server = opamp.server();
    server.nextConnection().halfOpen();
    start(scheme);
    server.awaitMessage();
    time.advance(Duration.ofSeconds(30));
    Heard.Failed failed = heard.next(Heard.Failed.class);
    assertThat(failed.loss().kind()).isEqualTo(LossKind.TIMEOUT);
    time.advance(failed.retryIn());
    assertThat(server.awaitMessage().hasAgentDescription()).as("EST-01").isTrue();
    assertThat(heard.next(String.class)).isEqualTo("connected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void e35ARedirectIsNotFollowed(String scheme) throws Exception {
    try (ScriptedServer elsewhere = ScriptedServer.start()) {
      ScriptedServer server = opamp.server();
      server.nextConnection().redirect(uri(elsewhere, scheme));
      start(scheme);
      Heard.Failed failed = heard.next(Heard.Failed.class);
      assertThat(failed.loss().kind()).isEqualTo(LossKind.REDIRECTED);
      time.advance(failed.retryIn());
      server.awaitMessage();
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  /** There is one when it is due, and there was none a moment before. */
  private void assertNextHeartbeatAfter(Duration interval) {
    ScriptedServer server = opamp.server();
    int before = server.messages().size();
    time.advance(interval.minus(MOMENT));
    time.advance(MOMENT);
    AgentToServer heartbeat = server.awaitMessage();
    OpampAssertions.assertThat(heartbeat).isHeartbeat();
    assertThat(server.messages().get(before)).isEqualTo(heartbeat);
  }

  private static io.opamp4j.proto.ServerToAgent interval(String hash, int seconds) {
    return Offers.settings(
        hash, OpAMPConnectionSettings.newBuilder().setHeartbeatIntervalSeconds(seconds).build());
  }

  private void start(String scheme) {
    client =
        OpampClient.builder(uri(opamp.server(), scheme))
            .description(Messages.description())
            .heartbeatInterval(Duration.ofSeconds(10))
            .backoff(new Backoff(Duration.ofSeconds(1), 2, 0, Duration.ofSeconds(8)))
            .acceptOpampSettings()
            .listener(heard)
            .time(time)
            .build();
    client.start();
  }

  private static URI uri(ScriptedServer server, String scheme) {
    return scheme.equals("ws") ? server.webSocket() : server.http();
  }
}
