package io.opamp4j.core;

import static io.opamp4j.proto.AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus;
import static io.opamp4j.proto.AgentCapabilities.AgentCapabilities_ReportsHealth;
import static io.opamp4j.proto.AgentCapabilities.AgentCapabilities_ReportsStatus;
import static io.opamp4j.proto.AgentCapabilities.AgentCapabilities_Unspecified;
import static io.opamp4j.proto.ServerCapabilities.ServerCapabilities_AcceptsStatus;
import static io.opamp4j.proto.ServerCapabilities.ServerCapabilities_OffersRemoteConfig;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.ServerCapabilities;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  @Test
  void cap01TheDefinedMasksAreTheUnionOfTheSchema() {
    assertThat(
            union(
                AgentCapabilities.values(),
                c -> c == AgentCapabilities.UNRECOGNIZED ? 0 : c.getNumber()))
        .isEqualTo(Capabilities.DEFINED_AGENT);
    assertThat(
            union(
                ServerCapabilities.values(),
                c -> c == ServerCapabilities.UNRECOGNIZED ? 0 : c.getNumber()))
        .isEqualTo(Capabilities.DEFINED_SERVER);
  }

  @Test
  void readsSingleBitsOfTheMaskOfARealCollector() {
    long mask = 0x701F;

    assertThat(Capabilities.has(mask, AgentCapabilities_ReportsStatus)).isTrue();
    assertThat(Capabilities.has(mask, AgentCapabilities_ReportsHealth)).isFalse();
    assertThat(Capabilities.has(0x3, ServerCapabilities_OffersRemoteConfig)).isTrue();
    assertThat(Capabilities.has(0x1, ServerCapabilities_OffersRemoteConfig)).isFalse();
  }

  @Test
  void nobodyHasTheUnspecifiedCapability() {
    assertThat(Capabilities.has(-1, AgentCapabilities_Unspecified)).isFalse();
  }

  @Test
  void buildsAMaskFromNames() {
    assertThat(
            Capabilities.of(
                AgentCapabilities_ReportsStatus, AgentCapabilities_ReportsConnectionSettingsStatus))
        .isEqualTo(0x8001);
    assertThat(Capabilities.of(ServerCapabilities_AcceptsStatus, ServerCapabilities_AcceptsStatus))
        .isEqualTo(0x1);
  }

  @Test
  void namesAreShownWithoutPrefixLowestBitFirst() {
    assertThat(Capabilities.agentNames(0x2003))
        .containsExactly("ReportsStatus", "AcceptsRemoteConfig", "ReportsHeartbeat");
    assertThat(Capabilities.serverNames(0x3))
        .containsExactly("AcceptsStatus", "OffersRemoteConfig");
    assertThat(Capabilities.agentNames(0)).isEmpty();
    assertThat(Capabilities.agentNames(Capabilities.DEFINED_AGENT)).hasSize(16);
    assertThat(Capabilities.serverNames(Capabilities.DEFINED_SERVER)).hasSize(7);
  }

  @Test
  void cap14UnknownBitsAreShownAsOneHexadecimalNumberEvenTheSignBit() {
    assertThat(Capabilities.agentNames(0x8000_0000_0001_0001L))
        .containsExactly("ReportsStatus", "0x8000000000010000");
    assertThat(Capabilities.serverNames(0x80)).containsExactly("0x80");
  }

  private static <T> long union(T[] values, ToLongFunction<T> bit) {
    return Arrays.stream(values).mapToLong(bit).reduce(0, (a, b) -> a | b);
  }
}
