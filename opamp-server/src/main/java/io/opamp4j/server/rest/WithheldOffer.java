package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.SettingsOffers;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.AgentView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;

/** Something an agent should have and is not sent. */
@Schema(description = "Something an agent should have and is not sent")
record WithheldOffer(
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {"configuration", "packages", "connectionSettings"})
        String offer,
    @Schema(requiredMode = REQUIRED, description = "Why, in plain words") String reason) {

  static List<WithheldOffer> of(AgentView agent) {
    List<WithheldOffer> withheld = new ArrayList<>();
    Target target = agent.target();
    ServerToAgent offers = target.offers();
    target
        .planned()
        .ifPresent(
            planned ->
                withheld.add(
                    configuration(
                        planned + " is planned for it by a running rollout and not sent yet")));
    if (offers.hasRemoteConfig() && !has(agent, offers.getRemoteConfig().getConfigHash())) {
      addConfiguration(withheld, agent);
    }
    if (offers.hasPackagesAvailable()
        && !can(agent, AgentCapabilities.AgentCapabilities_AcceptsPackages)) {
      withheld.add(new WithheldOffer("packages", "the agent does not accept packages"));
    }
    if (offers.hasConnectionSettings()
        && SettingsOffers.allowed(offers.getConnectionSettings(), agent.report().getCapabilities())
            .isEmpty()) {
      withheld.add(
          new WithheldOffer(
              "connectionSettings", "the agent accepts no connection settings of these kinds"));
    }
    return withheld;
  }

  private static void addConfiguration(List<WithheldOffer> withheld, AgentView agent) {
    Target target = agent.target();
    if (!target.missingComponents().isEmpty()) {
      withheld.add(
          configuration("the agent lacks " + String.join(", ", target.missingComponents())));
    }
    target.withheld().ifPresent(reason -> withheld.add(configuration(reason)));
    if (!can(agent, AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig)) {
      withheld.add(configuration("the agent does not accept remote configuration"));
    }
    RemoteConfigStatus status = agent.report().getRemoteConfigStatus();
    if (status.getLastRemoteConfigHash().equals(target.offers().getRemoteConfig().getConfigHash())
        && status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED) {
      withheld.add(
          configuration("the agent reported that it failed, and is not sent the same again"));
    }
    if (agent.status().state() == ConnectionState.DISCONNECTED) {
      withheld.add(configuration("the agent is not connected"));
    }
  }

  /** Whether the agent took this and did not fail on it. */
  private static boolean has(AgentView agent, ByteString hash) {
    AgentToServer report = agent.report();
    return report.hasRemoteConfigStatus()
        && report.getRemoteConfigStatus().getLastRemoteConfigHash().equals(hash)
        && report.getRemoteConfigStatus().getStatus()
            != RemoteConfigStatuses.RemoteConfigStatuses_FAILED;
  }

  private static boolean can(AgentView agent, AgentCapabilities capability) {
    return Capabilities.has(agent.report().getCapabilities(), capability);
  }

  private static WithheldOffer configuration(String reason) {
    return new WithheldOffer("configuration", reason);
  }
}
