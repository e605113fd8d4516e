package io.opamp4j.core.server;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Sync;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AgentToServerFlags;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The server's side of the conversation with one agent: one method per input, each a pure function
 * of the state and the input. Level-triggered: every input ends in the same comparison of target
 * and report, so a lost push costs nothing but the wait for the next message.
 *
 * <pre>
 *            received                        received (new connection)
 *   unknown ----------> up --- disconnected ---> down ------------------> up
 *                        |      timedOut           ^
 *                        +-- agent_disconnect -----+
 * </pre>
 */
public final class AgentMachine {
  private final long serverCapabilities;
  private final CustomCapabilities customCapabilities;
  private final Supplier<InstanceUid> newUids;

  /** A server without custom capabilities. */
  public AgentMachine(long serverCapabilities, Supplier<InstanceUid> newUids) {
    this(serverCapabilities, Set.of(), newUids);
  }

  /**
   * @param serverCapabilities the mask told to every agent (CAP-07 to CAP-10)
   * @param customCapabilities told along with the mask, if there are any (CUSTOM-01, E-19)
   * @param newUids makes an id no agent has, for agents that ask for one (UID-06)
   */
  public AgentMachine(
      long serverCapabilities, Set<String> customCapabilities, Supplier<InstanceUid> newUids) {
    if ((serverCapabilities & ~Capabilities.DEFINED_SERVER) != 0) {
      throw new IllegalArgumentException(
          "undefined server capabilities: 0x" + Long.toHexString(serverCapabilities));
    }
    this.serverCapabilities = serverCapabilities;
    this.customCapabilities =
        CustomCapabilities.newBuilder()
            .addAllCapabilities(new TreeSet<>(customCapabilities))
            .build();
    this.newUids = newUids;
  }

  /**
   * How a message arrived.
   *
   * @param newConnection whether it is the first of this agent on its connection
   * @param halfDuplex whether the connection is a plain-HTTP exchange
   * @param at when
   */
  public record Arrival(boolean newConnection, boolean halfDuplex, Instant at) {}

  /** A valid message of this agent came in, and there is nothing extra to answer. */
  public Step received(
      AgentState before,
      AgentToServer message,
      Arrival arrival,
      Function<AgentToServer, Target> targets) {
    return received(before, message, arrival, targets, Extras.NONE);
  }

  /**
   * A valid message of this agent came in. There is always a reply (STAT-04).
   *
   * @param targets the target for the report as merged
   * @param extras what else the answer may carry
   */
  public Step received(
      AgentState before,
      AgentToServer message,
      Arrival arrival,
      Function<AgentToServer, Target> targets,
      Extras extras) {
    Instant now = arrival.at();
    List<AgentEvent> events = new ArrayList<>();
    // A catalogue is the same for many agents and is kept once, by its hash (COMP-06).
    AgentToServer report = Reports.merge(before.report(), Reports.withoutCatalogue(message));
    boolean repeated = before.sync().repeats(message);
    Sync sync = before.sync().received(message, report);
    AgentState agent = before.with(report, sync).with(linkAfter(before, arrival));
    if (repeated || arrival.newConnection() || !before.link().up()) {
      // Whatever was sent before may never have arrived.
      agent = agent.with(Offered.NOTHING);
    }
    agent = agent.with(targets.apply(report));

    if (message.hasAgentDisconnect()) {
      agent = agent.with(agent.link().closed("the agent said goodbye", now));
      return step(before, agent, Optional.of(answer(agent).build()), events, now);
    }
    warnAboutCapabilities(before, agent, events, now);
    Optional<OneShot> oneShot = OneShots.forAnswer(extras.oneShot(), agent, message);
    ServerToAgent.Builder out = answer(agent);
    if (oneShot.isPresent() && oneShot.get() instanceof OneShot.Restart) {
      // Whatever else is due goes with the next answer (CMD-01, E-18).
      if (agent.link().halfDuplex() || !agent.link().greeted()) {
        out.setCapabilities(serverCapabilities);
      }
    } else {
      agent = greet(out, agent);
      agent = askForFullState(out, agent, events, now);
      askForCatalogue(out, agent, extras);
      agent = assignUid(out, agent, message, events, now);
      agent = offer(out, agent, Optional.of(message), events, now);
    }
    oneShot.ifPresent(one -> OneShots.addTo(out, one, before.uid(), events, now));
    return step(before, agent, Optional.of(out.build()), events, now);
  }

  /**
   * The operator wants something else. Over HTTP the answer to the next poll carries it (HTTP-07).
   */
  public Step retargeted(AgentState before, Target target, Instant now) {
    List<AgentEvent> events = new ArrayList<>();
    AgentState agent = before.with(target);
    if (!agent.link().up() || agent.link().halfDuplex()) {
      return step(before, agent, Optional.empty(), events, now);
    }
    ServerToAgent.Builder out = answer(agent);
    agent = offer(out, agent, Optional.empty(), events, now);
    boolean offers =
        out.hasRemoteConfig() || out.hasPackagesAvailable() || out.hasConnectionSettings();
    return step(before, agent, offers ? Optional.of(out.build()) : Optional.empty(), events, now);
  }

  /**
   * Something is to be sent once, now. No reply means that it cannot go: the agent is not there,
   * may not be spoken to, or does not take it (CAP-11, CMD-03, CUSTOM-09).
   */
  public Step pushed(AgentState before, OneShot oneShot, Instant now) {
    List<AgentEvent> events = new ArrayList<>();
    if (!OneShots.canBePushed(before, oneShot.capability())) {
      return new Step(before, Optional.empty(), events, false);
    }
    ServerToAgent.Builder out = answer(before);
    OneShots.addTo(out, oneShot, before.uid(), events, now);
    return new Step(before, Optional.of(out.build()), events, false);
  }

  /** The connection ended (CLOSE-07), or an exchange failed for good. */
  public Step disconnected(AgentState before, String reason, Instant now) {
    if (!before.link().up()) {
      return new Step(before, Optional.empty(), List.of(), false);
    }
    AgentState agent = before.with(before.link().closed(reason, now)).with(Offered.NOTHING);
    return step(before, agent, Optional.empty(), new ArrayList<>(), now);
  }

  /** Nothing was heard of the agent for too long (CLOSE-05, HB-08). */
  public Step timedOut(AgentState before, String reason, Instant now) {
    return disconnected(before, reason, now);
  }

  /** An id that no agent has. */
  public InstanceUid freshUid() {
    return newUids.get();
  }

  /**
   * The answer to an agent that uses another agent's uid: it is to use this one from now on
   * (DUP-05). Changes no state, since the state under that uid is the other agent's.
   */
  public ServerToAgent renaming(InstanceUid used, InstanceUid fresh) {
    // Perhaps the first message that this agent ever gets, so it tells the capabilities (CAP-08).
    return ServerToAgent.newBuilder()
        .setInstanceUid(used.toBytes())
        .setCapabilities(serverCapabilities)
        .setAgentIdentification(AgentIdentification.newBuilder().setNewInstanceUid(fresh.toBytes()))
        .build();
  }

  private static Link linkAfter(AgentState before, Arrival arrival) {
    boolean same = before.link().up() && !arrival.newConnection();
    return same ? before.link() : Link.opened(arrival.halfDuplex(), arrival.at());
  }

  private static ServerToAgent.Builder answer(AgentState agent) {
    return ServerToAgent.newBuilder().setInstanceUid(agent.uid().toBytes());
  }

  /**
   * The first answer of a WebSocket, and every answer over HTTP, tells the capabilities, the custom
   * ones too (E-19, E-62).
   */
  private AgentState greet(ServerToAgent.Builder out, AgentState agent) {
    if (agent.link().greeted() && !agent.link().halfDuplex()) {
      return agent;
    }
    out.setCapabilities(serverCapabilities);
    if (customCapabilities.getCapabilitiesCount() > 0) {
      out.setCustomCapabilities(customCapabilities);
    }
    return agent.with(agent.link().greet());
  }

  private static AgentState askForFullState(
      ServerToAgent.Builder out, AgentState agent, List<AgentEvent> events, Instant now) {
    if (!agent.sync().asksNow(now)) {
      return agent;
    }
    out.setFlags(out.getFlags() | ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
    events.add(new AgentEvent.FullStateRequested(agent.uid(), now, agent.sync().awaited()));
    return agent.with(agent.sync().asked(now));
  }

  private static void askForCatalogue(ServerToAgent.Builder out, AgentState agent, Extras extras) {
    ByteString hash = agent.report().getAvailableComponents().getHash();
    if (!hash.isEmpty()
        && agent.can(AgentCapabilities.AgentCapabilities_ReportsAvailableComponents)
        && extras.catalogueWanted().test(hash)) {
      out.setFlags(
          out.getFlags() | ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE);
    }
  }

  private AgentState assignUid(
      ServerToAgent.Builder out,
      AgentState agent,
      AgentToServer message,
      List<AgentEvent> events,
      Instant now) {
    long requested = AgentToServerFlags.AgentToServerFlags_RequestInstanceUid_VALUE;
    if ((message.getFlags() & requested) == 0) {
      return agent;
    }
    // Asked again because the answer was lost: the same id, or the agent would leave ghosts behind.
    InstanceUid newUid = agent.reassigned().orElseGet(newUids);
    out.setAgentIdentification(
        AgentIdentification.newBuilder().setNewInstanceUid(newUid.toBytes()));
    events.add(new AgentEvent.UidAssigned(agent.uid(), now, newUid));
    return agent.with(Optional.of(newUid));
  }

  private static AgentState offer(
      ServerToAgent.Builder out,
      AgentState agent,
      Optional<AgentToServer> answered,
      List<AgentEvent> events,
      Instant now) {
    Offered offered = Offers.addTo(out, agent, answered, now);
    if (out.hasRemoteConfig()) {
      events.add(new AgentEvent.ConfigOffered(agent.uid(), now, agent.target().configName()));
    }
    return agent.with(offered);
  }

  private static void warnAboutCapabilities(
      AgentState before, AgentState agent, List<AgentEvent> events, Instant now) {
    boolean told = agent.can(AgentCapabilities.AgentCapabilities_ReportsStatus);
    if (!told && !before.sync().contacted()) {
      events.add(new AgentEvent.NoReportsStatus(agent.uid(), now));
    }
  }

  private static Step step(
      AgentState before,
      AgentState after,
      Optional<ServerToAgent> reply,
      List<AgentEvent> events,
      Instant now) {
    if (!sameFacts(before, after)) {
      AgentStatus from = before.status();
      AgentStatus to = after.status();
      if (!from.equals(to)) {
        events.add(new AgentEvent.StatusChanged(after.uid(), now, from, to));
      }
    }
    boolean durable =
        before.report() != after.report()
            || before.link().up() != after.link().up()
            || !before.reassigned().equals(after.reassigned());
    return new Step(after, reply, events, durable);
  }

  /** A bare heartbeat, the common case, is spared the work of deriving two equal states. */
  private static boolean sameFacts(AgentState before, AgentState after) {
    return before.report() == after.report()
        && before.target() == after.target()
        && before.link() == after.link()
        && before.offered().equals(after.offered());
  }
}
