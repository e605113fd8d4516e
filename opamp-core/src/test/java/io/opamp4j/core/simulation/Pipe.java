package io.opamp4j.core.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What carries the messages of one or more agents: while the world is noisy it loses, doubles and
 * reorders them, and its socket breaks. In a calm world it is a plain ordered stream.
 */
final class Pipe {
  private static final double LOSS = 0.15;
  private static final double DOUBLE = 0.05;

  private final Simulation world;
  private final SimulatedServer server;
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private final boolean shared;
  private long socket;
  private Instant lastArrival = Simulation.START;

  /**
   * @param shared whether the socket is a gateway's, and so stays up when one of its agents goes
   */
  Pipe(Simulation world, SimulatedServer server, boolean shared) {
    this.world = world;
    this.server = server;
    this.shared = shared;
    this.socket = world.random.nextLong();
  }

  void join(SimulatedAgent agent) {
    agents.add(agent);
  }

  /** The socket at hand. */
  long socket() {
    return socket;
  }

  /** Carries a message over a socket, if that is still the one at hand when it arrives. */
  void carry(long over, Runnable arrival) {
    int copies = world.noisy() ? copies() : 1;
    for (int i = 0; i < copies; i++) {
      world.at(
          arrivalTime(),
          () -> {
            if (over == socket) {
              arrival.run();
            }
          });
    }
  }

  /** Carries half of an HTTP exchange, or fails it. */
  void carryAnswer(Runnable arrival, Runnable failure) {
    boolean lost = world.noisy() && world.chance(LOSS);
    world.at(arrivalTime(), lost ? failure : arrival);
  }

  /** The socket breaks under everybody. */
  void breakOff() {
    long old = socket;
    socket = world.random.nextLong();
    for (SimulatedAgent agent : agents) {
      if (!agent.isHalfDuplex()) {
        server.closed(agent.uid(), old);
        agent.broken();
      }
    }
  }

  /** An agent closed its own connection, or died. */
  void agentLeft(SimulatedAgent agent) {
    if (shared) {
      return;
    }
    long old = socket;
    socket = world.random.nextLong();
    // The end of the socket travels behind what was sent on it.
    world.at(arrivalTime(), () -> server.closed(agent.uid(), old));
  }

  private int copies() {
    if (world.chance(LOSS)) {
      return 0;
    }
    return world.chance(DOUBLE) ? 2 : 1;
  }

  private Instant arrivalTime() {
    Instant arrival = world.now().plus(world.upTo(Duration.ofMillis(100)));
    if (world.noisy()) {
      return world.chance(0.1) ? arrival.plusSeconds(5) : arrival;
    }
    lastArrival = arrival.isAfter(lastArrival) ? arrival : lastArrival;
    return lastArrival;
  }
}
