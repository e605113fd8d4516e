package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The heartbeat interval, as the packaged server offers it when it knows its own endpoint. */
class IntervalOfferIT {
  private static final AtomicInteger AGENTS = new AtomicInteger();
  private static final String ENDPOINT = "wss://fleet.example.com/v1/opamp";
  private static final long BOTH = 0x2101;
  private static final long OFFERS_CONNECTION_SETTINGS = 0x20;

  @TempDir static Path folder;

  private static ServerProcess server;

  private final InstanceUid uid = new InstanceUid(0x0190f5c27a3b7c11L, AGENTS.incrementAndGet());

  @BeforeAll
  static void start() {
    server =
        ServerProcess.jar(
                folder,
                "--server.port=0",
                "--agents.endpoint=" + ENDPOINT,
                "--agents.heartbeat-interval=7s")
            .start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0}, capabilities {1}: {2}")
  @CsvSource({
    "WEBSOCKET, 0x2101, true",
    "WEBSOCKET, 0x2001, false",
    "WEBSOCKET, 0x0101, false",
    "WEBSOCKET, 0x0001, false",
    "HTTP, 0x2101, true",
    "HTTP, 0x2001, false",
    "HTTP, 0x0101, false",
    "HTTP, 0x0001, false",
  })
  void onlyWhoHeartbeatsAndTakesSettingsIsOfferedTheInterval(
      Talker.Over transport, String capabilities, boolean offered) throws IOException {
    FakeAgent agent = new FakeAgent(uid, "agent", Long.decode(capabilities));
    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent answer = talker.say(agent.next());

      assertThat(answer.getCapabilities() & OFFERS_CONNECTION_SETTINGS).isNotZero();
      assertThat(answer.hasConnectionSettings()).as("HB-11, E-28").isEqualTo(offered);
      if (offered) {
        assertThat(answer.getConnectionSettings().getHash().isEmpty()).as("E-31").isFalse();
        assertThat(answer.getConnectionSettings().toBuilder().clearHash().build())
            .as("E-26, E-29: the endpoint, the interval, and nothing else")
            .isEqualTo(
                ConnectionSettingsOffers.newBuilder()
                    .setOpamp(
                        OpAMPConnectionSettings.newBuilder()
                            .setDestinationEndpoint(ENDPOINT)
                            .setHeartbeatIntervalSeconds(7))
                    .build());
      }
      assertThat(talker.say(agent.next()).hasConnectionSettings()).as("once").isFalse();
      talker.expectNothingMore();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoReportsItsHashIsNotOfferedTheIntervalAgain(Talker.Over transport) throws IOException {
    FakeAgent agent = new FakeAgent(uid, "agent", BOTH | 0x8000);
    ByteString hash;
    try (Talker talker = transport.connect(server.port())) {
      hash = talker.say(agent.next()).getConnectionSettings().getHash();
      assertThat(talker.say(agent.next(report -> report.setConnectionSettingsStatus(with(hash)))))
          .extracting(ServerToAgent::hasConnectionSettings)
          .isEqualTo(false);
      talker.say(agent.goodbye());
    }
    try (Talker talker = transport.connect(server.port())) {
      assertThat(talker.say(agent.fullState()).hasConnectionSettings()).as("E-31").isFalse();

      ServerToAgent again =
          talker.say(
              agent.next(
                  report ->
                      report.setConnectionSettingsStatus(
                          with(ByteString.copyFromUtf8("another")))));
      assertThat(again.getConnectionSettings().getHash()).as("CONN-21").isEqualTo(hash);
    }
  }

  private static ConnectionSettingsStatus.Builder with(ByteString hash) {
    return ConnectionSettingsStatus.newBuilder()
        .setLastConnectionSettingsHash(hash)
        .setStatus(ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED);
  }
}
