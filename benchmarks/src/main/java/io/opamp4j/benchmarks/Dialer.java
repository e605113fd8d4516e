package io.opamp4j.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Opens many connections to a local port on bare Netty, with one event loop per processor. */
final class Dialer implements AutoCloseable {
  private static final int CONNECTING = 256;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(),
          epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final int port;

  Dialer(int port) {
    this.port = port;
  }

  /**
   * Opens this many connections, some hundred at a time.
   *
   * @param peers makes the handler of each, which runs what it is given once it is through with the
   *     handshake
   * @return how long it took
   */
  Duration dial(int count, Function<Runnable, ChannelHandler> peers) throws InterruptedException {
    Semaphore connecting = new Semaphore(CONNECTING);
    Semaphore opened = new Semaphore(0);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      acquire(connecting, 1);
      ChannelHandler peer =
          peers.apply(
              () -> {
                connecting.release();
                opened.release();
              });
      new Bootstrap()
          .group(loops)
          .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.SO_LINGER, 0)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  channel.pipeline().addLast(peer);
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
    acquire(opened, count);
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.size() + " connections failed", failures.get(0));
    }
    return Duration.ofNanos(System.nanoTime() - start);
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
