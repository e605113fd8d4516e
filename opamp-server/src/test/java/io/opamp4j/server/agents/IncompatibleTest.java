package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.FleetView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A configuration is withheld from agents that lack what it needs, once that is known. */
final class IncompatibleTest {
  /** Reports status, takes configurations and says what became of them, tells its components. */
  private static final long CAPABILITIES = 0x1 | 0x2 | 0x1000 | 0x4000;

  private static final Target CONFIG =
      new Target(
          ServerToAgent.newBuilder()
              .setRemoteConfig(
                  AgentRemoteConfig.newBuilder().setConfigHash(ByteString.copyFromUtf8("c1")))
              .build(),
          "web v1",
          List.of(),
          Optional.empty());

  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final FakeConnection socket = FakeConnection.socket("s1");
  private final FakeConnection second = FakeConnection.socket("s2");

  @BeforeEach
  void wantAConfigurationThatNeedsKafka() {
    hub.want(view());
  }

  @Test
  void waitsForTheCatalogueAndOffersToWhoHasEverything() {
    assertThat(config(hub.deliver(socket, start(UID, "full")))).isEmpty();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(hub.view(UID).status().reason()).contains("waits: the agent is asked");

    assertThat(config(hub.deliver(socket, bare(UID, 1).setAvailableComponents(catalogue("full")))))
        .contains("c1");
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.CONFIGURING);
  }

  @Test
  void withholdsFromWhoLacksSomethingAndSaysWhat() {
    hub.deliver(socket, start(UID, "small"));

    assertThat(config(hub.deliver(socket, bare(UID, 1).setAvailableComponents(catalogue("small")))))
        .isEmpty();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.INCOMPATIBLE);
    assertThat(hub.view(UID).status().reason()).contains("exporter kafka");
  }

  @Test
  void whoWaitedWithTheSameComponentsGetsItAtOnce() {
    hub.deliver(socket, start(UID, "full"));
    assertThat(config(hub.deliver(second, start(OTHER, "full")))).isEmpty();

    hub.deliver(socket, bare(UID, 1).setAvailableComponents(catalogue("full")));

    assertThat(config(second.takeSent())).as("pushed without a word of its own").contains("c1");
  }

  @Test
  void whoNeverTellsItsComponentsGetsItAfterAWhile() {
    hub.deliver(socket, start(UID, "secret"));
    hub.pass(Duration.ofSeconds(9));
    assertThat(config(socket.takeSent())).isEmpty();

    hub.pass(Duration.ofSeconds(2));

    assertThat(config(socket.takeSent())).contains("c1");
  }

  @Test
  void whoDoesNotTellOfComponentsIsNotKeptWaiting() {
    assertThat(config(hub.deliver(socket, first(UID, 0x1003)))).contains("c1");
  }

  @Test
  void whoRunsItIsRightAboutWhatItCanRun() {
    hub.deliver(
        socket,
        start(UID, "small")
            .setRemoteConfigStatus(
                RemoteConfigStatus.newBuilder()
                    .setLastRemoteConfigHash(ByteString.copyFromUtf8("c1"))
                    .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)));
    hub.deliver(socket, bare(UID, 1).setAvailableComponents(catalogue("small")));

    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void anotherBuildOfTheAgentIsJudgedAnew() {
    hub.deliver(socket, start(UID, "small"));
    hub.deliver(socket, bare(UID, 1).setAvailableComponents(catalogue("small")));

    assertThat(config(hub.deliver(socket, bare(UID, 2).setAvailableComponents(catalogue("full")))))
        .contains("c1");
  }

  private static FleetView view() {
    return (report, note, components) -> {
      ByteString hash = report.getAvailableComponents().getHash();
      if (hash.isEmpty()) {
        return CONFIG;
      }
      Optional<AvailableComponents> known = components.find(hash);
      if (known.isEmpty()) {
        return components.isAwaited(hash)
            ? CONFIG.withheld("the agent is asked what components it has")
            : CONFIG;
      }
      return known.get().containsComponents("kafka")
          ? CONFIG
          : CONFIG.missing(List.of("exporter kafka"));
    };
  }

  private static AgentToServer.Builder start(InstanceUid uid, String catalogue) {
    return first(uid, CAPABILITIES)
        .setAvailableComponents(
            AvailableComponents.newBuilder().setHash(ByteString.copyFromUtf8(catalogue)));
  }

  private static AvailableComponents catalogue(String name) {
    AvailableComponents.Builder catalogue =
        AvailableComponents.newBuilder()
            .setHash(ByteString.copyFromUtf8(name))
            .putComponents("debug", ComponentDetails.getDefaultInstance());
    return name.equals("full")
        ? catalogue.putComponents("kafka", ComponentDetails.getDefaultInstance()).build()
        : catalogue.build();
  }

  private static Optional<String> config(List<ServerToAgent> sent) {
    return sent.stream()
        .filter(ServerToAgent::hasRemoteConfig)
        .map(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .findFirst();
  }
}
