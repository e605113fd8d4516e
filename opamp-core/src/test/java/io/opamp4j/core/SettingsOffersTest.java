package io.opamp4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.OtherConnectionSettings;
import io.opamp4j.proto.TelemetryConnectionSettings;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsOffersTest {
  private static final ConnectionSettingsOffers ALL =
      ConnectionSettingsOffers.newBuilder()
          .setHash(ByteString.copyFromUtf8("hash"))
          .setOpamp(OpAMPConnectionSettings.newBuilder().setDestinationEndpoint("wss://o"))
          .setOwnMetrics(TelemetryConnectionSettings.newBuilder().setDestinationEndpoint("m"))
          .setOwnTraces(TelemetryConnectionSettings.newBuilder().setDestinationEndpoint("t"))
          .setOwnLogs(TelemetryConnectionSettings.newBuilder().setDestinationEndpoint("l"))
          .putOtherConnections("x", OtherConnectionSettings.getDefaultInstance())
          .build();

  @ParameterizedTest(name = "{0}: bit {1} admits {2} only")
  @CsvSource({
    "CONN-01, 0x0100, opamp",
    "CONN-02, 0x0040, own_metrics",
    "CONN-03, 0x0020, own_traces",
    "CONN-04, 0x0080, own_logs",
    "CONN-05, 0x0200, other_connections",
  })
  void keepsTheMemberOfEachCapability(String row, String bit, String member) {
    ConnectionSettingsOffers allowed = SettingsOffers.allowed(ALL, Long.decode(bit)).orElseThrow();
    assertThat(allowed.getAllFields().keySet())
        .extracting(field -> field.getName())
        .containsExactlyInAnyOrder("hash", member);
    assertThat(allowed.getHash()).as("CONN-06").isEqualTo(ALL.getHash());
  }

  @Test
  void keepsAllForAnAgentThatTakesAllAndNothingForOneThatTakesNone() {
    assertThat(SettingsOffers.allowed(ALL, Capabilities.DEFINED_AGENT)).contains(ALL);
    assertThat(SettingsOffers.allowed(ALL, 0x1)).isEmpty();
    assertThat(
            SettingsOffers.allowed(
                ConnectionSettingsOffers.newBuilder().setHash(ALL.getHash()).build(),
                Capabilities.DEFINED_AGENT))
        .isEqualTo(Optional.empty());
  }
}
