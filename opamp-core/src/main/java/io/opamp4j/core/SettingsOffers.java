package io.opamp4j.core;

import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.ConnectionSettingsOffers;
import java.util.Optional;

/** Which parts of a connection-settings offer an agent takes (CONN-01 to CONN-05, CAP-06). */
public final class SettingsOffers {
  private SettingsOffers() {}

  /**
   * The offer without the members whose capability the agent lacks. The hash stays as it is, since
   * it covers all members, also those left out (CONN-06).
   *
   * @param capabilities the agent's mask
   * @return empty if no member is left
   */
  public static Optional<ConnectionSettingsOffers> allowed(
      ConnectionSettingsOffers offer, long capabilities) {
    ConnectionSettingsOffers.Builder allowed = offer.toBuilder();
    if (!has(capabilities, AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings)) {
      allowed.clearOpamp();
    }
    if (!has(capabilities, AgentCapabilities.AgentCapabilities_ReportsOwnMetrics)) {
      allowed.clearOwnMetrics();
    }
    if (!has(capabilities, AgentCapabilities.AgentCapabilities_ReportsOwnTraces)) {
      allowed.clearOwnTraces();
    }
    if (!has(capabilities, AgentCapabilities.AgentCapabilities_ReportsOwnLogs)) {
      allowed.clearOwnLogs();
    }
    if (!has(capabilities, AgentCapabilities.AgentCapabilities_AcceptsOtherConnectionSettings)) {
      allowed.clearOtherConnections();
    }
    boolean nothing =
        !allowed.hasOpamp()
            && !allowed.hasOwnMetrics()
            && !allowed.hasOwnTraces()
            && !allowed.hasOwnLogs()
            && allowed.getOtherConnectionsCount() == 0;
    return nothing ? Optional.empty() : Optional.of(allowed.build());
  }

  private static boolean has(long capabilities, AgentCapabilities capability) {
    return Capabilities.has(capabilities, capability);
  }
}
