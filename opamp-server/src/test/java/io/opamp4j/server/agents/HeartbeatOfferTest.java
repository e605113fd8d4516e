package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.ServerConfig.Heartbeats;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The interval offered to agents (HB-11, E-26, E-28, E-29, CONN-06, CONN-22). */
class HeartbeatOfferTest {
  private static final long BOTH = 0x2101;
  private static final long OFFERS_CONNECTION_SETTINGS = 0x20;
  private static final URI ENDPOINT = URI.create("wss://opamp.example.com/v1/opamp");
  private static final Target CONFIG =
      new Target(
          ServerToAgent.newBuilder()
              .setRemoteConfig(
                  AgentRemoteConfig.newBuilder().setConfigHash(ByteString.copyFromUtf8("h")))
              .build(),
          "web v1",
          List.of("exporter kafka"),
          Optional.of("web v2"));

  @ParameterizedTest(name = "E-28: capabilities {0} are offered: {1}")
  @CsvSource({
    "0x2101, true",
    "0xFFFF, true",
    "0x2001, false",
    "0x0101, false",
    "0x0001, false",
    "0x0000, false",
  })
  void goesToAgentsWithBothCapabilitiesOnly(String capabilities, boolean offered) {
    Target target = offer("30s", ENDPOINT).addTo(CONFIG, Long.decode(capabilities));
    assertThat(target.offers().hasConnectionSettings()).isEqualTo(offered);
    assertThat(target.offers().getRemoteConfig()).isEqualTo(CONFIG.offers().getRemoteConfig());
    assertThat(target.equals(CONFIG)).isEqualTo(!offered);
    assertThat(target.configName()).isEqualTo("web v1");
    assertThat(target.missingComponents()).isEqualTo(CONFIG.missingComponents());
    assertThat(target.planned()).isEqualTo(CONFIG.planned());
  }

  @ParameterizedTest(name = "E-26: {0} is offered as {1} s")
  @CsvSource({"30s, 30", "1s, 1", "PT0.001S, 1", "PT0.999S, 1", "PT1.001S, 2", "PT2M, 120"})
  void isCompleteAndInWholeSeconds_CONN22_E29(String interval, long seconds) {
    ConnectionSettingsOffers settings =
        offer(interval, ENDPOINT).addTo(Target.NONE, BOTH).offers().getConnectionSettings();
    assertThat(settings.getOpamp().getHeartbeatIntervalSeconds()).isEqualTo(seconds);
    assertThat(settings.getOpamp().getDestinationEndpoint()).isEqualTo(ENDPOINT.toString());
    assertThat(settings.getHash().isEmpty()).as("E-31").isFalse();
  }

  @Test
  void hasAHashOfItsContent_CONN06() {
    ByteString hash = hash("30s", ENDPOINT);
    assertThat(hash("30s", ENDPOINT)).isEqualTo(hash);
    assertThat(hash("31s", ENDPOINT)).isNotEqualTo(hash);
    assertThat(hash("30s", URI.create("wss://other.example.com/v1/opamp"))).isNotEqualTo(hash);
  }

  @Test
  void leavesSettingsAloneThatTheTargetHasAlready() {
    Target settings =
        new Target(
            ServerToAgent.newBuilder()
                .setConnectionSettings(
                    ConnectionSettingsOffers.newBuilder().setHash(ByteString.copyFromUtf8("x")))
                .build(),
            "",
            List.of(),
            Optional.empty());
    assertThat(offer("30s", ENDPOINT).addTo(settings, BOTH)).isSameAs(settings);
  }

  @Test
  void isMadeOnlyWithAnEndpointAndThenAnnounced_CAP07() {
    HeartbeatOffer none = new HeartbeatOffer(ServerConfig.Agents.DEFAULT);
    assertThat(none.addTo(CONFIG, BOTH)).isSameAs(CONFIG);
    assertThat(none.serverCapability()).isZero();
    assertThat(offer("30s", ENDPOINT).serverCapability()).isEqualTo(OFFERS_CONNECTION_SETTINGS);
  }

  @Test
  void warnsWhenTheIntervalIsSetButCannotBeOffered() {
    assertThat(new HeartbeatOffer(ServerConfig.Agents.DEFAULT).warning()).isEmpty();
    assertThat(offer("10s", ENDPOINT).warning()).isEmpty();
    assertThat(new HeartbeatOffer(config("10s")).warning().orElseThrow())
        .contains("10000 ms", "agents.endpoint");
  }

  private static ByteString hash(String interval, URI endpoint) {
    return offer(interval, endpoint)
        .addTo(Target.NONE, BOTH)
        .offers()
        .getConnectionSettings()
        .getHash();
  }

  private static HeartbeatOffer offer(String interval, URI endpoint) {
    return new HeartbeatOffer(config(interval).withEndpoint(Optional.of(endpoint)));
  }

  private static ServerConfig.Agents config(String interval) {
    Heartbeats usual = Heartbeats.DEFAULT;
    Duration parsed = Duration.parse(interval.startsWith("PT") ? interval : "PT" + interval);
    return ServerConfig.Agents.DEFAULT.with(
        new Heartbeats(parsed, usual.ttl(), usual.expiryInterval(), usual.serverTtl()));
  }
}
