package io.opamp4j.client;

import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampAssertions;
import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.Request;
import io.opamp4j.testkit.server.ScriptedServer;
import io.opamp4j.testkit.server.ServerTls;
import io.opamp4j.testkit.server.TestAuthority;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From one server to another and, if that fails, back: real TLS, a store on disk, manual time. */
@Timeout(60)
class SettingsSwitchIT {
  private static final ServerTls TLS = ServerTls.of(new TestAuthority());

  /** Well below the time after which an answer that is on its way counts as missing. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @RegisterExtension final OpampServerExtension first = OpampServerExtension.secure(TLS);
  @RegisterExtension final OpampServerExtension second = OpampServerExtension.secure(TLS);
  @TempDir Path directory;

  private final ManualTime time = new ManualTime();
  private final Heard heard = new Heard();
  private OpampClient client;

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ofSeconds(10));
    }
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({"ws, ws", "ws, http", "http, ws", "http, http"})
  void conn08TheOfferIsVerifiedByConnectingThenUsedAndKept(String from, String to)
      throws Exception {
    ScriptedServer old = first.server();
    ScriptedServer next = second.server();
    old.nextMessage().answer(Offers.settings("S1", settings(uri(next, to)).build()));
    start(uri(old, from));

    AgentToServer last = old.awaitMessage(AgentToServer::hasAgentDisconnect);
    OpampAssertions.assertThat(last)
        .as("CONN-12, E-30: under way, told where the offer came from")
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLYING, "S1");
    if (from.equals("ws")) {
      assertThat(old.awaitClose()).as("DUP-02").isEqualTo(1000);
    }
    Request opening = next.awaitRequest();
    assertThat(opening.header("Authorization")).as("CONN-23").contains("new");
    assertThat(opening.certifiedName()).as("CONN-25").isEmpty();
    OpampAssertions.assertThat(next.awaitMessage()).follows(last);
    OpampAssertions.assertThat(next.awaitMessage())
        .as("CONN-14, E-30: the outcome, told where it leads")
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "S1");
    assertThat(old.connections()).isZero();
    client.stop(Duration.ofSeconds(10));
    OpampAssertions.assertThat(next.awaitMessage()).saysGoodbye();

    start(uri(old, from));
    assertThat(next.awaitRequest().header("Authorization")).as("CONN-15, ROFU-02").contains("new");
    OpampAssertions.assertThat(next.awaitMessage()).has(Section.AGENT_DESCRIPTION);
    assertThat(old.requests().stream().filter(Request::opensWebSocket).count())
        .isEqualTo(from.equals("ws") ? 1 : 0);
    assertThat(old.mostConnections()).as("DUP-01").isEqualTo(1);
    assertThat(next.mostConnections()).as("DUP-01").isEqualTo(1);
    List<AgentToServer> all = new ArrayList<>(old.messages());
    all.addAll(next.messages());
    OpampAssertions.assertNumbersGrowByOne(all);
  }

  /** What is wrong with the server that is offered. */
  enum Trouble {
    GONE("UNREACHABLE"),
    STRANGER("TLS"),
    MISNAMED("TLS"),
    UNAUTHORIZED("UNAUTHORIZED"),
    WRONG_PATH("REJECTED"),
    COMPLAINS("BAD_REQUEST"),
    REDIRECTS("REDIRECTED"),
    SILENT("TIMEOUT"),
    LONG_CLOSED("THROTTLED");

    final String told;

    Trouble(String told) {
      this.told = told;
    }
  }

  @ParameterizedTest(name = "{0} over {1}")
  @CsvSource({
    "GONE, ws",
    "GONE, http",
    "STRANGER, ws",
    "STRANGER, http",
    "MISNAMED, ws",
    "MISNAMED, http",
    "UNAUTHORIZED, ws",
    "UNAUTHORIZED, http",
    "WRONG_PATH, ws",
    "WRONG_PATH, http",
    "COMPLAINS, ws",
    "COMPLAINS, http",
    "REDIRECTS, ws",
    "REDIRECTS, http",
    "SILENT, ws",
    "SILENT, http",
    "LONG_CLOSED, ws",
    "LONG_CLOSED, http"
  })
  void conn17WhoeverCannotBeReachedInOrderIsGivenUpForTheOldServer(Trouble trouble, String scheme)
      throws Exception {
    ScriptedServer old = first.server();
    try (ScriptedServer next = ScriptedServer.start(tls(trouble))) {
      prepare(next, trouble);
      old.nextMessage().answer(Offers.settings("S1", settings(uri(next, scheme)).build()));
      start(uri(old, scheme));
      AgentToServer last = old.awaitMessage(AgentToServer::hasAgentDisconnect);
      while (true) {
        if (trouble == Trouble.SILENT) {
          next.awaitMessage();
          time.advance(Duration.ofSeconds(30));
        }
        Duration wait = heard.next(Heard.Failed.class).retryIn();
        if (wait.isZero()) {
          break;
        }
        time.advance(wait);
      }
      AgentToServer again = old.awaitMessage();
      OpampAssertions.assertThat(again)
          .as("CONN-18")
          .hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "S1");
      ConnectionSettingsStatus status = again.getConnectionSettingsStatus();
      assertThat(status.getErrorMessage()).startsWith(trouble.told).doesNotContain("new");
      assertThat(again.getSequenceNum()).as("SEQ-01").isGreaterThan(last.getSequenceNum());
      assertThat(old.requests().get(old.requests().size() - 1).header("Authorization"))
          .as("what was used before")
          .contains("old");
      assertThat(heard.next(String.class)).isEqualTo("connected");
      client.stop(Duration.ofSeconds(10));

      int before = next.requests().size();
      start(uri(old, scheme));
      old.awaitMessage(message -> message.hasAgentDescription() && message != again);
      assertThat(next.requests()).as("the candidate is forgotten").hasSize(before);
      assertThat(old.mostConnections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"ws", "http"})
  void e31TheSameOfferAgainIsNoNews(String scheme) throws Exception {
    ScriptedServer old = first.server();
    OpAMPConnectionSettings.Builder broken = settings(URI.create("gopher://x"));
    old.answer(message -> Offers.settings("S1", broken.build()));
    start(uri(old, scheme));
    OpampAssertions.assertThat(old.awaitMessage(Section.CONNECTION_SETTINGS_STATUS::isIn))
        .hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "S1");
    for (int i = 0; i < 3; i++) {
      time.advance(INTERVAL);
      OpampAssertions.assertThat(old.awaitMessage()).isHeartbeat();
    }
    assertThat(old.requests().stream().filter(Request::opensWebSocket).count())
        .isEqualTo(scheme.equals("ws") ? 1 : 0);
  }

  private static ServerTls tls(Trouble trouble) {
    return switch (trouble) {
      case STRANGER -> ServerTls.of(new TestAuthority());
      case MISNAMED -> TLS.presenting(TLS.authority().server("other.example"));
      default -> TLS;
    };
  }

  private static void prepare(ScriptedServer server, Trouble trouble) {
    switch (trouble) {
      case GONE -> server.goAway();
      case UNAUTHORIZED -> server.admit(request -> false);
      case WRONG_PATH -> server.nextConnection().refuse(404);
      case COMPLAINS -> server.nextMessage().answer(Offers.badRequest("not you"));
      case REDIRECTS -> server.nextConnection().redirect(server.http());
      case SILENT -> {
        for (int i = 0; i < 3; i++) {
          server.nextConnection().halfOpen();
        }
      }
      case LONG_CLOSED -> server.nextConnection().refuse(503, Duration.ofHours(1));
      default -> {
        // Its certificate is enough.
      }
    }
  }

  private void start(URI endpoint) {
    client =
        OpampClient.builder(endpoint)
            .instanceUid(Messages.UID)
            .description(Messages.description())
            .tls(Tls.PLATFORM.trusting(TLS.authority().pem(), false))
            .headers(() -> Map.of("Authorization", "old"))
            .store(new FileClientStore(directory.resolve("memory")))
            .acceptOpampSettings()
            .heartbeatInterval(INTERVAL)
            .listener(heard)
            .time(time)
            .build();
    client.start();
  }

  private static OpAMPConnectionSettings.Builder settings(URI endpoint) {
    OpAMPConnectionSettings.Builder settings =
        OpAMPConnectionSettings.newBuilder().setDestinationEndpoint(endpoint.toString());
    settings.getHeadersBuilder().addHeadersBuilder().setKey("Authorization").setValue("new");
    settings.setHeartbeatIntervalSeconds(INTERVAL.toSeconds());
    return settings;
  }

  private static URI uri(ScriptedServer server, String scheme) {
    return scheme.equals("ws") ? server.webSocket() : server.http();
  }
}
