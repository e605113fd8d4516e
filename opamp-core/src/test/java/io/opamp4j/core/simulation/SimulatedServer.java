package io.opamp4j.core.simulation;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentMachine;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.CatalogueInquiry;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.server.Extras;
import io.opamp4j.core.server.Step;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The shell round the server's machine, as small as it can be: what {@code AgentHub} is in earnest.
 */
final class SimulatedServer {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final double OVERLOAD = 0.03;

  private final Simulation world;
  private final AgentMachine machine;
  private final Map<InstanceUid, AgentState> agents = new HashMap<>();
  private final Map<InstanceUid, Target> targets = new HashMap<>();
  private final Map<InstanceUid, SimulatedAgent> reachable = new HashMap<>();
  private final Map<InstanceUid, Long> sockets = new HashMap<>();
  private final Map<InstanceUid, Instant> heard = new HashMap<>();
  private final Map<InstanceUid, AgentToServer> stored = new HashMap<>();
  private final Map<ByteString, AvailableComponents> catalogues = new HashMap<>();
  private final Map<ByteString, CatalogueInquiry> inquiries = new HashMap<>();

  SimulatedServer(Simulation world) {
    this.world = world;
    this.machine = new AgentMachine(0x7, () -> InstanceUid.generate(world.now(), world.random));
    world.after(PATIENCE, this::sweep);
  }

  void receive(SimulatedAgent from, long socket, AgentToServer message) {
    if (world.noisy() && world.chance(OVERLOAD)) {
      Duration retryAfter = world.upTo(Duration.ofSeconds(20));
      from.answer(
          socket, ErrorResponses.unavailable(message.getInstanceUid(), "overloaded", retryAfter));
      return;
    }
    InstanceUid uid = InstanceUid.from(message.getInstanceUid()).orElseThrow();
    learn(message.getAvailableComponents());
    AgentState before = agent(uid);
    boolean polls = before.link().up() && before.link().halfDuplex();
    boolean newConnection =
        from.isHalfDuplex() ? !polls : !Long.valueOf(socket).equals(sockets.get(uid));
    Step step =
        machine.received(
            before,
            message,
            new AgentMachine.Arrival(newConnection, from.isHalfDuplex(), world.now()),
            report -> targets.getOrDefault(uid, Target.NONE),
            new Extras(this::asksForCatalogue, Optional.empty()));
    sockets.put(uid, socket);
    reachable.put(uid, from);
    heard.put(uid, world.now());
    keep(step);
    from.answer(socket, step.reply().orElseThrow());
  }

  void closed(InstanceUid uid, long socket) {
    if (Long.valueOf(socket).equals(sockets.get(uid))) {
      sockets.remove(uid);
      keep(machine.disconnected(agent(uid), "closed", world.now()));
    }
  }

  void retarget(InstanceUid uid, Target target) {
    targets.put(uid, target);
    Step step = machine.retargeted(agent(uid), target, world.now());
    keep(step);
    step.reply().ifPresent(push -> reachable.get(uid).push(sockets.get(uid), push));
  }

  /** Memory is gone; storage has what was last written, which may be older than what was known. */
  void restart() {
    agents.clear();
    sockets.clear();
    heard.clear();
    catalogues.values().removeIf(catalogue -> world.chance(0.5));
    inquiries.clear();
    stored.forEach((uid, report) -> agents.put(uid, AgentState.known(uid, report)));
  }

  /** The catalogue of this hash; null if it is not known. */
  AvailableComponents catalogue(ByteString hash) {
    return catalogues.get(hash);
  }

  AgentState agent(InstanceUid uid) {
    return agents.computeIfAbsent(uid, AgentState::unknown);
  }

  Target target(InstanceUid uid) {
    return targets.getOrDefault(uid, Target.NONE);
  }

  private void learn(AvailableComponents components) {
    if (components.getComponentsCount() > 0) {
      catalogues.putIfAbsent(components.getHash(), components);
    }
  }

  private boolean asksForCatalogue(ByteString hash) {
    CatalogueInquiry inquiry = inquiries.getOrDefault(hash, CatalogueInquiry.NEW);
    boolean asks = !catalogues.containsKey(hash) && inquiry.asksNow(world.now());
    if (asks) {
      inquiries.put(hash, inquiry.asked(world.now()));
    }
    return asks;
  }

  private void keep(Step step) {
    agents.put(step.state().uid(), step.state());
    if (step.durable() && world.chance(0.5)) {
      stored.put(step.state().uid(), step.state().report());
    }
  }

  private void sweep() {
    for (InstanceUid uid : Map.copyOf(heard).keySet()) {
      if (!world.now().isBefore(heard.get(uid).plus(PATIENCE))) {
        heard.remove(uid);
        sockets.remove(uid);
        keep(machine.timedOut(agent(uid), "silent", world.now()));
      }
    }
    world.after(Duration.ofSeconds(30), this::sweep);
  }
}
