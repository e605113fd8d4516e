package io.opamp4j.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Many WebSocket peers on bare Netty, which send a prepared frame and count the answers. */
final class Agents implements AutoCloseable {
  private static final int CONNECTING = 256;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(),
          epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final int port;
  private final LongAdder answers = new LongAdder();
  private final AtomicBoolean going = new AtomicBoolean();
  private final List<Agent> agents = new ArrayList<>();

  Agents(int port) {
    this.port = port;
  }

  /** Opens connections until there are {@code count}; says how long it took. */
  Duration connect(int count) throws InterruptedException {
    Semaphore connecting = new Semaphore(CONNECTING);
    Semaphore opened = new Semaphore(0);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    long start = System.nanoTime();
    int wanted = count - agents.size();
    for (int i = 0; i < wanted; i++) {
      acquire(connecting, 1);
      Agent agent =
          new Agent(
              answers,
              going,
              () -> {
                connecting.release();
                opened.release();
              });
      agents.add(agent);
      new Bootstrap()
          .group(loops)
          .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.SO_LINGER, 0)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  channel.pipeline().addLast(agent);
                }
              })
          .connect("127.0.0.1", port)
          .addListener(
              done -> {
                if (!done.isSuccess()) {
                  failures.add(done.cause());
                  connecting.release();
                  opened.release();
                }
              });
    }
    acquire(opened, wanted);
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.size() + " connections failed", failures.get(0));
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Each of the first {@code active} sends its frame whenever it got an answer. */
  void talk(int active, byte[] frame) {
    going.set(true);
    agents.subList(0, Math.min(active, agents.size())).forEach(agent -> agent.send(frame));
  }

  /** No agent sends again after the answer it waits for. */
  void quiet() {
    going.set(false);
  }

  /** Each sends the frame once, {@code inFlight} of them at a time. */
  void sendOnceEach(byte[] frame, int inFlight) throws InterruptedException {
    going.set(false);
    for (int from = 0; from < agents.size(); from += inFlight) {
      int to = Math.min(agents.size(), from + inFlight);
      long wanted = answers.sum() + (to - from);
      agents.subList(from, to).forEach(agent -> agent.send(frame));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (answers.sum() < wanted) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("answers are missing");
        }
        TimeUnit.MICROSECONDS.sleep(100);
      }
    }
  }

  long answers() {
    return answers.sum();
  }

  void disconnect() {
    agents.forEach(Agent::close);
    agents.clear();
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static void acquire(Semaphore semaphore, int permits) throws InterruptedException {
    if (!semaphore.tryAcquire(permits, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("connections do not open");
    }
  }
}
