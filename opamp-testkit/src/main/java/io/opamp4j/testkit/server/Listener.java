package io.opamp4j.testkit.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.opamp4j.core.wire.Messages;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The port, and the one thread on which everything happens. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class Listener {
  private final InetAddress address;
  private final Optional<SslContext> tls;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("scripted-server", true), NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ServerBootstrap bootstrap;
  private final int port;
  private Channel listening;

  Listener(InetAddress address, Optional<ServerTls> tls, Agents agents) {
    this.address = address;
    this.tls = tls.map(ServerTls::context);
    this.bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted(channel, agents);
                  }
                });
    this.listening = listen(0);
    this.port = ((InetSocketAddress) listening.localAddress()).getPort();
  }

  URI uri(String scheme, String path) {
    String host = address instanceof Inet6Address ? "[::1]" : address.getHostAddress();
    return URI.create(scheme + (tls.isPresent() ? "s" : "") + "://" + host + ":" + port + path);
  }

  /**
   * Runs this on the event loop, and waits for it: what an agent sends afterwards must not overtake
   * it.
   */
  void execute(Runnable action) {
    EventLoop loop = group.next();
    if (loop.inEventLoop()) {
      action.run();
    } else {
      loop.submit(action).syncUninterruptibly();
    }
  }

  /** Also for the event loop, which cannot wait for it. */
  void cut() {
    ChannelGroupFuture cut = connections.close();
    if (!group.next().inEventLoop()) {
      cut.awaitUninterruptibly();
    }
  }

  synchronized void goAway() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }

  synchronized void comeBack() {
    if (!listening.isOpen()) {
      listening = listen(port);
    }
  }

  synchronized void close() {
    goAway();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Channel listen(int wanted) {
    var bound = bootstrap.bind(address, wanted).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
      throw new IllegalStateException("cannot listen on " + address, bound.cause());
    }
    return bound.channel();
  }

  private void accepted(Channel channel, Agents agents) {
    connections.add(channel);
    tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
    channel
        .pipeline()
        .addLast(new HttpServerCodec())
        .addLast(new HttpObjectAggregator(Messages.DEFAULT_LIMIT))
        .addLast(ServerHandler.NAME, new ServerHandler(agents));
  }
}
