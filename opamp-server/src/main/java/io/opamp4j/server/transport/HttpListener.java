package io.opamp4j.server.transport;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.opamp4j.core.timing.ClosePace;
import io.opamp4j.server.ListenAddress;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.transport.http.AgentPosts;
import io.opamp4j.server.transport.http.ConnectionSweep;
import io.opamp4j.server.transport.http.Drain;
import io.opamp4j.server.transport.http.EventStreams;
import io.opamp4j.server.transport.http.HttpConnection;
import io.opamp4j.server.transport.http.HttpSettings;
import io.opamp4j.server.transport.http.RestBridge;
import io.opamp4j.server.transport.http.Router;
import io.opamp4j.server.transport.http.StaticFiles;
import io.opamp4j.server.transport.ws.WebSocketAcceptor;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one port of the server: agents by WebSocket and by plain HTTP, REST, and the UI's files
 * (TRN-01). HTTP/1.1 only; any upgrade but to WebSocket is ignored. Runs on epoll where it can,
 * else on NIO. Started once and stopped once, by one thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // The sweep runs until its event loop ends.
public final class HttpListener implements ListenAddress {
  private static final Logger log = LoggerFactory.getLogger(HttpListener.class);
  private static final String FILES = "ui/";
  private static final int BACKLOG = 4096;
  private static final int MAX_REQUEST_LINE = 8 * 1024;
  private static final int MAX_HEADERS = 16 * 1024;
  private static final int MAX_CHUNK = 16 * 1024;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final ServerConfig config;
  private final TransportSettings settings;
  private final AgentInbox inbox;
  private final MemoryBudget memory;
  private final AdmissionGate gate;
  private final Application rest;
  private final EventStreams events;
  private @Nullable Running running;

  public HttpListener(
      ServerConfig config,
      TransportSettings settings,
      AgentInbox inbox,
      MemoryBudget memory,
      AdmissionGate gate,
      Application rest,
      EventStreams events) {
    this.config = requireNonNull(config, "config");
    this.settings = requireNonNull(settings, "settings");
    this.inbox = requireNonNull(inbox, "inbox");
    this.memory = requireNonNull(memory, "memory");
    this.gate = requireNonNull(gate, "gate");
    this.rest = requireNonNull(rest, "rest");
    this.events = requireNonNull(events, "events");
  }

  /**
   * Opens the port.
   *
   * @throws IOException if it cannot be opened; names host and port
   */
  public void start() throws IOException {
    if (running != null) {
      throw new IllegalStateException("the listener was started before");
    }
    Running started = new Running();
    running = started;
    String host = config.server().host();
    ChannelFuture bound = started.bind(host).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stop(Duration.ZERO);
      throw new IOException(
          "cannot listen on "
              + host
              + ":"
              + config.server().port()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    started.server = bound.channel();
    try {
      started.restBridge.awaitReady();
    } catch (CompletionException e) {
      stop(Duration.ZERO);
      throw e;
    }
    log.info("listening on {}:{}", host, port());
  }

  /** The port listened on, also when the configuration left the choice to the system. */
  public int port() {
    return get().getPort();
  }

  @Override
  public InetSocketAddress get() {
    Running started = running;
    if (started == null || started.server == null) {
      throw new IllegalStateException("the listener is not listening");
    }
    return (InetSocketAddress) started.server.localAddress();
  }

  /**
   * Ends everything in an orderly way (D12). While the port is still open, agents are told to come
   * back later, and their WebSockets are closed with code 1001, slice by slice (CLOSE-03); REST is
   * served all that time. Then the port is closed, and every HTTP connection after the answer under
   * way. Does nothing the second time.
   *
   * @param time how long this may take; then connections are cut
   */
  public void stop(Duration time) {
    Running started = running;
    if (started != null) {
      started.stop(time);
    }
  }

  /** All that lives between start and stop. */
  private final class Running {
    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoopCount(), new DefaultThreadFactory("opamp-io"), ioHandler(epoll));
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ConnectionSweep sweep = new ConnectionSweep();
    private final ThreadPoolExecutor decoders = pool("opamp-decode", settings.decodeThreads());
    private final ThreadPoolExecutor workers = pool("opamp-rest", settings.restThreads());
    private final HttpSettings http = settings.http(config.agents());
    private final RestBridge restBridge = new RestBridge(rest, workers, http);
    private final WebSocketAcceptor webSockets =
        new WebSocketAcceptor(inbox, memory, settings.webSocket(config.agents()));
    private final Router router =
        new Router(
            http.agentsPath(),
            new AgentPosts(new AgentPosts.Parts(inbox, decoders, memory, gate, http)),
            restBridge,
            events,
            StaticFiles.fromClassPath(HttpListener.class.getClassLoader(), FILES));
    private @Nullable Channel server;
    private boolean stopped;

    ChannelFuture bind(String host) {
      long interval = settings.sweepInterval().toNanos();
      loops
          .next()
          .scheduleWithFixedDelay(
              () -> sweep.pass(loops.ticker().nanoTime()),
              interval,
              interval,
              TimeUnit.NANOSECONDS);
      Class<? extends ServerChannel> type =
          epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
      return new ServerBootstrap()
          .group(loops)
          .channel(type)
          .option(ChannelOption.SO_BACKLOG, BACKLOG)
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.SO_KEEPALIVE, true)
          .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
          .childOption(ChannelOption.AUTO_READ, false)
          .childHandler(new Initializer())
          .bind(host, config.server().port());
    }

    void stop(Duration time) {
      if (stopped) {
        return;
      }
      stopped = true;
      gate.drain(time);
      long cut = loops.ticker().nanoTime() + time.toNanos();
      if (server != null) {
        endWebSockets(time);
        server.close().awaitUninterruptibly();
      }
      events.end();
      connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(Drain.START));
      long left = Math.max(0, cut - loops.ticker().nanoTime());
      if (!connections.newCloseFuture().awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
        log.info("{} connections did not end in time and are cut", connections.size());
        connections.close().awaitUninterruptibly();
      }
      restBridge.close();
      decoders.shutdown();
      workers.shutdownNow();
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Half of the time to tell them all, and a part of the rest to see them end. */
    private void endWebSockets(Duration time) {
      List<Channel> sockets =
          connections.stream()
              .filter(channel -> channel.pipeline().get(HttpConnection.class) == null)
              .toList();
      ClosePace pace = ClosePace.of(sockets.size(), gate.returnsPerSecond(), time.dividedBy(2));
      log.info(
          "draining: {} WebSockets are closed over {} ms", pace.count(), pace.over().toMillis());
      ChannelGroup closing = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
      closing.addAll(sockets);
      SlicedClose.start(sockets, pace, loops.next()).awaitUninterruptibly(time.toMillis());
      closing.newCloseFuture().awaitUninterruptibly(time.toMillis() * 3 / 10);
    }

    private final class Initializer extends ChannelInitializer<Channel> {
      @Override
      protected void initChannel(Channel channel) {
        Optional<AdmissionGate.Seat> seat = gate.seat();
        if (seat.isEmpty()) {
          channel.close();
          return;
        }
        channel.closeFuture().addListener(closed -> seat.get().leave());
        HttpDecoderConfig limits =
            new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxChunkSize(MAX_CHUNK);
        channel
            .pipeline()
            .addLast(
                new HttpServerCodec(limits),
                new HttpConnection(http, router, webSockets, sweep, seat.get()));
        connections.add(channel);
      }
    }
  }

  private static IoHandlerFactory ioHandler(boolean epoll) {
    return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  private ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.queue()),
            new DefaultThreadFactory(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
