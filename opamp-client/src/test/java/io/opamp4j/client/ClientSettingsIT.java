package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampAssertions;
import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.ScriptedServer;
import io.opamp4j.testkit.server.ServerTls;
import io.opamp4j.testkit.server.TestAuthority;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The application's own settings, TLS and restarts. */
@Timeout(60)
class ClientSettingsIT {
  private static final TestAuthority AUTHORITY = new TestAuthority();

  @RegisterExtension final OpampServerExtension opamp = OpampServerExtension.plain();
  @TempDir Path directory;

  private final Heard heard = new Heard();
  private OpampClient client;

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ofSeconds(10));
    }
  }

  @ParameterizedTest
  @CsvSource({"wss, false", "wss, true", "https, false", "https, true"})
  void conn36AServerThatIsNotTrustedOrTooOldIsATlsFailure(String scheme, boolean trusted)
      throws Exception {
    try (ScriptedServer old = ScriptedServer.start(ServerTls.of(AUTHORITY).speaking("TLSv1.2"))) {
      client =
          OpampClient.builder(scheme.equals("wss") ? old.webSocket() : old.http())
              .tls(
                  trusted
                      ? Tls.PLATFORM.trusting(AUTHORITY.pem(), true).atLeast("1.3")
                      : Tls.PLATFORM)
              .listener(heard)
              .build();
      client.start();
      LossKind kind = heard.next(Heard.Failed.class).loss().kind();
      if (trusted) {
        // The server ends it, and its end of TCP can be read before its alert.
        assertThat(kind).isIn(LossKind.TLS, LossKind.BROKEN);
      } else {
        assertThat(kind).isEqualTo(LossKind.TLS);
      }
      assertThat(old.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void anIpv6LiteralIsAnEndpointLikeAnyOtherAlsoForTls(String scheme) throws Exception {
    InetAddress loopback = InetAddress.getByName("::1");
    try (ScriptedServer six =
        ScriptedServer.start(loopback, Optional.of(ServerTls.of(AUTHORITY)))) {
      URI endpoint = scheme.equals("ws") ? six.webSocket() : six.http();
      assertThat(endpoint.getHost()).isEqualTo("[::1]");
      client =
          OpampClient.builder(endpoint)
              .tls(Tls.PLATFORM.trusting(AUTHORITY.pem(), false))
              .listener(heard)
              .build();
      client.start();
      assertThat(heard.next()).isEqualTo("connected");
      assertThat(six.awaitRequest().header("host")).contains("[::1]:" + endpoint.getPort());
    }
  }

  @Test
  void wrongTlsSettingsAreRefusedWhereTheyAreGivenWithoutShowingTheKey() {
    ClientBuilder builder = builder();
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.atLeast("1.7"))).hasMessageContaining("1.7");
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.trusting("nothing", false)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.presenting(AUTHORITY.pem(), "secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void aRestartedAgentKeepsItsIdAndRunsItsLastGoodConfigBeforeTheServerIsHeard() throws Exception {
    ScriptedServer server = opamp.server();
    BlockingQueue<String> applied = new LinkedBlockingQueue<>();
    RemoteConfigHandler handler =
        offer -> {
          String body = offer.files().get("").getBody().toStringUtf8();
          applied.add(body);
          return body.startsWith("bad")
              ? RemoteConfigResult.rejected("bad")
              : RemoteConfigResult.applied(Messages.effective(body));
        };
    start(builder().instanceUid(UID).remoteConfig(handler));
    for (String body : List.of("good", "bad")) {
      server.push(Offers.config(body));
      server.awaitMessage(Section.REMOTE_CONFIG_STATUS::isIn);
    }
    client.stop(Duration.ofSeconds(10));
    AgentToServer goodbye = server.awaitMessage(AgentToServer::hasAgentDisconnect);
    assertThat(List.copyOf(applied)).containsExactly("good", "bad");
    applied.clear();

    server.nextMessage().ignore();
    start(builder().remoteConfig(handler));
    assertThat(applied.poll(10, TimeUnit.SECONDS)).isEqualTo("good");
    assertThat(client.instanceUid()).isEqualTo(UID);
    OpampAssertions.assertThat(server.awaitMessage())
        .as("what failed stays failed, so that it is not offered again")
        .hasConfigStatus(RemoteConfigStatuses.RemoteConfigStatuses_FAILED)
        .follows(goodbye);
  }

  @Test
  void aDamagedStoreIsSaidAndTheClientBeginsAnew() throws Exception {
    Files.write(directory.resolve("memory"), new byte[100]);
    start(builder());
    assertThat(heard.next(String.class)).startsWith("store: ");
    opamp.server().awaitMessage();
    assertThat(directory.toFile().list()).contains("memory", "memory.damaged");
  }

  private ClientBuilder builder() {
    return OpampClient.builder(opamp.server().webSocket())
        .store(new FileClientStore(directory.resolve("memory")))
        .listener(heard);
  }

  private void start(ClientBuilder builder) {
    client = builder.build();
    client.start();
  }
}
