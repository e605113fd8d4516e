package io.opamp4j.core.server;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AgentToServerFlags;
import io.opamp4j.proto.CommandType;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a {@link OneShot} may go, and how. A restart needs AcceptsRestartCommand (CMD-03, CAP-11); a
 * custom message needs its capability announced by the agent (CUSTOM-04, CUSTOM-09). Pure; the
 * parameter {@code capability} is that of {@link OneShot#capability}.
 */
public final class OneShots {
  private OneShots() {}

  /** Whether it could be sent to this agent at any moment, without a message to answer. */
  public static boolean canBePushed(AgentState agent, Optional<String> capability) {
    // Before the first answer the agent does not know the server's capabilities (CAP-08).
    return agent.link().up()
        && agent.link().greeted()
        && !agent.link().halfDuplex()
        && isTaken(
            agent.report().getCapabilities(), agent.report().getCustomCapabilities(), capability);
  }

  /**
   * Whether it could go with the answer to this message.
   *
   * @param agent as it was before the message
   */
  public static boolean canAnswer(
      AgentState agent, AgentToServer message, Optional<String> capability) {
    AgentToServer report = agent.report();
    return leavesRoom(message)
        && isTaken(
            message.getCapabilities() != 0 ? message.getCapabilities() : report.getCapabilities(),
            message.hasCustomCapabilities()
                ? message.getCustomCapabilities()
                : report.getCustomCapabilities(),
            capability);
  }

  /** What of this may go with the answer to this message, which is merged into the report. */
  static Optional<OneShot> forAnswer(
      Optional<OneShot> oneShot, AgentState agent, AgentToServer message) {
    return oneShot.filter(one -> canAnswer(agent, message, one.capability()));
  }

  /** Adds it to a message to this agent. */
  static void addTo(
      ServerToAgent.Builder out,
      OneShot oneShot,
      InstanceUid uid,
      List<AgentEvent> events,
      Instant now) {
    if (oneShot instanceof OneShot.Custom custom) {
      out.setCustomMessage(custom.message());
    } else {
      out.setCommand(ServerToAgentCommand.newBuilder().setType(CommandType.CommandType_Restart));
    }
    oneShot
        .order()
        .ifPresent(order -> events.add(new AgentEvent.OrderSent(uid, now, order, oneShot.what())));
  }

  /** A goodbye is not the moment, and an agent that wants another uid is given that first. */
  private static boolean leavesRoom(AgentToServer message) {
    long wantsUid = AgentToServerFlags.AgentToServerFlags_RequestInstanceUid_VALUE;
    return !message.hasAgentDisconnect() && (message.getFlags() & wantsUid) == 0;
  }

  private static boolean isTaken(
      long capabilities, CustomCapabilities announced, Optional<String> capability) {
    return capability
        .map(name -> announced.getCapabilitiesList().contains(name))
        .orElseGet(
            () ->
                Capabilities.has(
                    capabilities, AgentCapabilities.AgentCapabilities_AcceptsRestartCommand));
  }
}
