package io.opamp4j.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The yardstick: Netty with one handler that answers the first read as a handshake and every whole
 * frame with the same bytes. It decodes and checks nothing, so no server can be faster here.
 */
public final class BareServer {
  private static final byte[] SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANSWER = new byte[21];

  static {
    ANSWER[0] = (byte) 0x82;
    ANSWER[1] = 19;
  }

  private BareServer() {}

  public static void main(String[] arguments) throws IOException {
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    LongAdder closed = new LongAdder();
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Answerer(closed));
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
    Usage.report(((InetSocketAddress) server.localAddress()).getPort(), closed::sum);
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
  private static final class Answerer extends ChannelInboundHandlerAdapter {
    private final LongAdder closed;
    private boolean open;
    private long missing;

    Answerer(LongAdder closed) {
      this.closed = closed;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      int size = bytes.readableBytes();
      if (!open) {
        open = true;
        ctx.write(Unpooled.wrappedBuffer(SWITCHING), ctx.voidPromise());
      } else {
        if (missing == 0) {
          // One frame is under way at a time, and its header arrives in one piece.
          int length = bytes.getByte(1) & 0x7F;
          missing = length == 126 ? 8 + bytes.getUnsignedShort(2) : 6 + length;
        }
        missing -= size;
        if (missing == 0) {
          ctx.write(Unpooled.wrappedBuffer(ANSWER), ctx.voidPromise());
        }
      }
      bytes.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // The load generator ends its connections with a reset.
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      closed.increment();
    }
  }
}
