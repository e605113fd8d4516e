package io.opamp4j.distribution;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * 2,000 agents of which each has a part to play: 500 share the socket of a gateway, 1,300 have
 * WebSockets of their own, 200 poll. All on the swarm's thread.
 */
final class FleetNoise {
  static final int ON_GATEWAY = 500;
  static final int SOCKETS = 1_300;
  static final int POLLERS = 200;

  private final Swarm swarm;
  private final Duration length;
  private final Random random;
  private final SwarmSocket gateway;
  private final List<SwarmAgent> onGateway = new ArrayList<>();
  private final List<SwarmSocket> sockets = new ArrayList<>();
  private final List<SwarmPoller> pollers = new ArrayList<>();
  private final Set<SwarmAgent> all = new LinkedHashSet<>();
  private final Set<SwarmAgent> gone = new LinkedHashSet<>();
  private final List<SwarmAgent> impostors = new ArrayList<>();
  private final List<CompletableFuture<Void>> acts = new ArrayList<>();

  FleetNoise(Swarm swarm, Duration length, long seed) {
    this.swarm = swarm;
    this.length = length;
    this.random = new Random(seed);
    for (int i = 0; i < ON_GATEWAY; i++) {
      // Else the gateway's pongs would speak for those who fall silent behind it.
      onGateway.add(newAgent(SwarmAgent.OBEDIENT));
    }
    gateway = swarm.socket(onGateway);
    for (int i = 0; i < SOCKETS; i++) {
      sockets.add(swarm.socket(List.of(newAgent(SwarmAgent.CONFIGURABLE))));
    }
    for (int i = 0; i < POLLERS; i++) {
      pollers.add(swarm.poller(newAgent(SwarmAgent.CONFIGURABLE)));
    }
  }

  /** Everybody connects. */
  void join() {
    gateway.join();
    sockets.forEach(SwarmSocket::join);
    pollers.forEach(SwarmPoller::join);
  }

  /**
   * Everybody who is there leaves as the protocol wants it. Sockets that were frozen stay open at
   * this end, for the server to end; idle connections of pollers, to which it gives more than a
   * minute, do not.
   */
  void leave() {
    Stream.concat(Stream.of(gateway), sockets.stream())
        .filter(SwarmSocket::isOpen)
        .forEach(SwarmSocket::leave);
    for (SwarmPoller poller : pollers) {
      if (gone.contains(poller.agent())) {
        poller.hangUp();
      } else {
        poller.leave();
      }
    }
  }

  /**
   * Gives everyone a part and a time for it.
   *
   * @return done when the last has played theirs
   */
  CompletableFuture<Void> begin() {
    List<SwarmSocket> cast = new ArrayList<>(sockets);
    Collections.shuffle(cast, random);
    part(take(cast, 150), this::leaveForGood);
    part(take(cast, 150), socket -> away(socket, () -> socket.kill(false)));
    part(take(cast, 150), socket -> socket.kill(true));
    part(take(cast, 100), socket -> away(socket, socket::freeze));
    part(take(cast, 100), socket -> sockets.add(socket.freezeAndMove()));
    part(take(cast, 100), this::readSlowly);
    part(take(cast, 100), socket -> babble(socket, 1 + random.nextInt(9)));
    part(take(cast, 50), socket -> babble(socket, 10));

    // What is left stays as it is, and some of it is impersonated.
    List<SwarmAgent> steady = new ArrayList<>();
    cast.forEach(socket -> steady.addAll(socket.agents()));
    List<SwarmAgent> gatewayCast = new ArrayList<>(onGateway);
    Collections.shuffle(gatewayCast, random);
    part(take(gatewayCast, 50), agent -> away(agent, () -> gateway.leave(agent)));
    part(take(gatewayCast, 50), agent -> away(agent, () -> gateway.fallSilent(agent)));
    part(take(steady, 60), this::impersonateOnASocket);
    part(take(steady, 20), this::impersonateOnTheGateway);
    part(take(steady, 10), this::impersonateByPolling);
    part(take(gatewayCast, 20), this::impersonateOnASocket);

    List<SwarmPoller> pollerCast = new ArrayList<>(pollers);
    Collections.shuffle(pollerCast, random);
    acts.add(swarm.after(length.dividedBy(2), () -> gateway.kill(true)));
    part(take(pollerCast, 25), poller -> away(poller.agent(), poller::leave));
    part(take(pollerCast, 25), poller -> away(poller.agent(), poller::fallSilent));
    return CompletableFuture.allOf(acts.toArray(CompletableFuture[]::new));
  }

  /** All agents, whether they are there or not. */
  Set<SwarmAgent> all() {
    return all;
  }

  /** The agents that are not there any more. */
  Set<SwarmAgent> gone() {
    return gone;
  }

  List<SwarmAgent> survivors() {
    return all.stream().filter(agent -> !gone.contains(agent)).toList();
  }

  /** Those who came under the uid of another agent. */
  List<SwarmAgent> impostors() {
    return impostors;
  }

  private SwarmAgent newAgent(long capabilities) {
    SwarmAgent agent = swarm.agent("fleet", capabilities);
    all.add(agent);
    return agent;
  }

  private <T> void part(Collection<T> players, Consumer<T> act) {
    for (T player : players) {
      Duration moment = Duration.ofMillis(random.nextInt((int) length.toMillis()));
      acts.add(swarm.after(moment, () -> act.accept(player)));
    }
  }

  private static <T> List<T> take(List<T> cast, int count) {
    List<T> end = cast.subList(cast.size() - count, cast.size());
    List<T> taken = List.copyOf(end);
    end.clear();
    return taken;
  }

  private void leaveForGood(SwarmSocket socket) {
    away(socket, socket::leave);
  }

  private void away(SwarmSocket socket, Runnable act) {
    gone.addAll(socket.agents());
    act.run();
  }

  private void away(SwarmAgent agent, Runnable act) {
    gone.add(agent);
    act.run();
  }

  private void readSlowly(SwarmSocket socket) {
    socket.stopReading();
    swarm.after(Duration.ofSeconds(3), socket::resumeReading);
  }

  private static void babble(SwarmSocket socket, int times) {
    for (int i = 0; i < times; i++) {
      socket.babble();
    }
    socket.heartbeat();
  }

  private void impersonateOnASocket(SwarmAgent victim) {
    SwarmSocket socket = swarm.socket(List.of(impostorOf(victim)));
    sockets.add(socket);
    socket.join();
  }

  private void impersonateOnTheGateway(SwarmAgent victim) {
    gateway.add(impostorOf(victim));
  }

  private void impersonateByPolling(SwarmAgent victim) {
    SwarmPoller poller = swarm.poller(impostorOf(victim));
    pollers.add(poller);
    poller.join();
  }

  private SwarmAgent impostorOf(SwarmAgent victim) {
    SwarmAgent impostor = swarm.impostor(victim, "fleet");
    impostors.add(impostor);
    all.add(impostor);
    return impostor;
  }
}
