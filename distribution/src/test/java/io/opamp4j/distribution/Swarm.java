package io.opamp4j.distribution;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Agents by the thousand, and peers that only pretend to be, on one thread and plain sockets: they
 * speak the bytes of the protocol themselves, so that they can also speak it wrongly. What they do
 * by chance follows from the seed; when it happens, from the network too.
 *
 * <p>Lines and agents belong to the swarm's thread: tests reach them through {@link #on}. What the
 * server did wrong towards any of them is gathered in {@link #faults}.
 */
final class Swarm implements AutoCloseable {
  /** A name for every uid's place in time; uids need one, and the seed must decide. */
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("swarm", true), NioIoHandler.newFactory());
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final SplittableRandom random;
  private final List<Integer> ports;
  private final Duration interval;
  private long answers;

  /**
   * @param port the server's, on this machine
   * @param interval between an agent's heartbeats or polls
   */
  Swarm(int port, Duration interval, long seed) {
    this(List.of(port), interval, seed);
  }

  /**
   * @param ports of several servers on this machine; every new connection goes to any of them
   */
  Swarm(List<Integer> ports, Duration interval, long seed) {
    this.ports = List.copyOf(ports);
    this.interval = interval;
    this.random = new SplittableRandom(seed);
  }

  /** Chance for one part of the test, the same for the same seed and order of calls. */
  SplittableRandom chance() {
    return random.split();
  }

  InstanceUid newUid() {
    return InstanceUid.generate(EPOCH.plusMillis(random.nextInt(1_000_000)), random);
  }

  /** An agent of its own. */
  SwarmAgent agent(String group, long capabilities) {
    return new SwarmAgent(newUid(), group, capabilities, this::fault);
  }

  /** An agent that goes by a uid that another one has. */
  SwarmAgent impostor(SwarmAgent other, String group) {
    return new SwarmAgent(other.uid(), group, SwarmAgent.CONFIGURABLE, this::fault);
  }

  /** A WebSocket, not yet connected, that these agents share. */
  SwarmSocket socket(Collection<SwarmAgent> agents) {
    return new SwarmSocket(this, List.copyOf(agents), chance());
  }

  /** An agent that polls, not yet connected. */
  SwarmPoller poller(SwarmAgent agent) {
    return new SwarmPoller(this, agent, chance());
  }

  /** What the server did wrong, in words. */
  List<String> faults() {
    return faults;
  }

  void fault(String what) {
    faults.add(what);
  }

  /** How many messages have come over its WebSockets, bad requests apart. */
  long answers() {
    return answers;
  }

  void countAnswer() {
    answers++;
  }

  /** Runs something on the swarm's thread and waits for what it gives. */
  <T> T on(Supplier<T> task) {
    return within(CompletableFuture.supplyAsync(task, loops), "the swarm's thread");
  }

  /** Runs something on the swarm's thread and waits until it is done. */
  void run(Runnable task) {
    within(CompletableFuture.runAsync(task, loops), "the swarm's thread");
  }

  /** Runs something on the swarm's thread, later. */
  CompletableFuture<Void> after(Duration delay, Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loops
        .next()
        .schedule(
            () -> {
              try {
                task.run();
                done.complete(null);
              } catch (RuntimeException | Error e) {
                fault("the swarm failed: " + e);
                done.completeExceptionally(e);
              }
            },
            delay.toNanos(),
            TimeUnit.NANOSECONDS);
    return done;
  }

  /** Waits until each of these agents was answered on its present line. */
  void awaitJoined(Collection<SwarmAgent> agents) {
    List<CompletableFuture<Void>> joined =
        on(() -> agents.stream().map(SwarmAgent::joined).toList());
    try {
      awaitAll(joined, "all agents");
    } catch (AssertionError e) {
      List<String> missing = new ArrayList<>();
      run(
          () ->
              agents.stream()
                  .filter(agent -> !agent.joined().isDone())
                  .forEach(agent -> missing.add(agent.toString())));
      throw new AssertionError(missing.size() + " agents were not answered: " + missing, e);
    }
  }

  /** Waits until these futures, which the swarm's thread completes, are done. */
  static void awaitAll(Collection<CompletableFuture<Void>> futures, String what) {
    within(CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)), what);
  }

  static <T> T within(CompletableFuture<T> future, String what) {
    try {
      return future.get(2 * Waiting.SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    } catch (TimeoutException e) {
      throw new AssertionError(what + " not within " + 2 * Waiting.SECONDS + " s", e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError(what + " failed", e);
    }
  }

  Duration interval() {
    return interval;
  }

  String host() {
    return "127.0.0.1:" + ports.get(0);
  }

  /** Opens a TCP connection; the handlers see its life. {@code failed} runs if there is none. */
  Channel connect(Runnable failed, ChannelHandler... handlers) {
    return new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers);
              }
            })
        .connect("127.0.0.1", ports.get(ports.size() == 1 ? 0 : random.nextInt(ports.size())))
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                failed.run();
              }
            })
        .channel();
  }

  /** Cuts every connection. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
