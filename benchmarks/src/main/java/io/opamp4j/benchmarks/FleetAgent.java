package io.opamp4j.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An agent that does what it is told as fast as it can: it reports itself on its first contact and
 * when it is asked to, says of each configuration that it is being applied and then that it is,
 * with what is in effect, and answers pings. Owned by its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class FleetAgent extends ChannelInboundHandlerAdapter {
  private static final byte[] HANDSHAKE =
      """
      GET /v1/opamp HTTP/1.1\r
      Host: localhost\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      \r
      """
          .getBytes(StandardCharsets.US_ASCII);

  private static final int BINARY = 0x82;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;
  private static final long FULL_STATE = 1;

  private final AgentToServer first;
  private final LongAdder applied;
  private final Runnable opened;
  private @Nullable ByteBuf unread;
  private boolean open;
  private boolean answered;
  private long sequence;
  private ByteString hash = ByteString.EMPTY;

  /**
   * @param first its report
   * @param applied counts the configurations it has applied
   * @param opened what to do when the server has answered the report
   */
  FleetAgent(AgentToServer first, LongAdder applied, Runnable opened) {
    this.first = first;
    this.applied = applied;
    this.opened = opened;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(HANDSHAKE), ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message)
      throws InvalidProtocolBufferException {
    ByteBuf bytes = (ByteBuf) message;
    if (unread != null) {
      bytes = unread.writeBytes(bytes);
      ((ByteBuf) message).release();
      unread = null;
    }
    if (!open && isHandshakeOver(bytes)) {
      open = true;
      send(ctx, first.toBuilder());
    }
    while (open && readFrame(ctx, bytes)) {}
    if (bytes.isReadable()) {
      unread = Unpooled.buffer(Math.max(bytes.readableBytes() * 2, 256)).writeBytes(bytes);
    }
    bytes.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (unread != null) {
      unread.release();
      unread = null;
    }
  }

  private static boolean isHandshakeOver(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.US_ASCII);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    if (!text.startsWith("HTTP/1.1 101")) {
      throw new IllegalStateException("the server refuses: " + text);
    }
    bytes.skipBytes(end + 4);
    return true;
  }

  /** Frames of a server have no mask, and this one sends none in pieces. */
  private boolean readFrame(ChannelHandlerContext ctx, ByteBuf bytes)
      throws InvalidProtocolBufferException {
    int at = bytes.readerIndex();
    int there = bytes.readableBytes();
    if (there < 2) {
      return false;
    }
    int code = bytes.getUnsignedByte(at + 1);
    int header = code < 126 ? 2 : code == 126 ? 4 : 10;
    if (there < header) {
      return false;
    }
    int length =
        code < 126
            ? code
            : code == 126 ? bytes.getUnsignedShort(at + 2) : Math.toIntExact(bytes.getLong(at + 2));
    if (there < header + length) {
      return false;
    }
    int kind = bytes.getUnsignedByte(at);
    bytes.skipBytes(header);
    ByteBuf payload = bytes.readSlice(length);
    switch (kind) {
      case BINARY -> received(ctx, ServerToAgent.parseFrom(payload.skipBytes(1).nioBuffer()));
      case PING -> ctx.write(masked(PONG, new byte[0]), ctx.voidPromise());
      case CLOSE -> throw new IllegalStateException("the server has closed a connection");
      default -> throw new IllegalStateException("a frame that begins with " + kind);
    }
    return true;
  }

  private void received(ChannelHandlerContext ctx, ServerToAgent message) {
    if (!answered) {
      answered = true;
      opened.run();
    }
    if ((message.getFlags() & FULL_STATE) != 0) {
      send(ctx, first.toBuilder());
    }
    ByteString offered = message.getRemoteConfig().getConfigHash();
    if (message.hasRemoteConfig() && !offered.equals(hash)) {
      hash = offered;
      send(ctx, status(RemoteConfigStatuses.RemoteConfigStatuses_APPLYING));
      send(
          ctx,
          status(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
              .setEffectiveConfig(
                  EffectiveConfig.newBuilder()
                      .setConfigMap(message.getRemoteConfig().getConfig())));
      applied.increment();
    }
  }

  private AgentToServer.Builder status(RemoteConfigStatuses status) {
    return AgentToServer.newBuilder()
        .setInstanceUid(first.getInstanceUid())
        .setCapabilities(first.getCapabilities())
        .setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder().setLastRemoteConfigHash(hash).setStatus(status));
  }

  private void send(ChannelHandlerContext ctx, AgentToServer.Builder message) {
    byte[] bytes = message.setSequenceNum(++sequence).build().toByteArray();
    byte[] content = new byte[1 + bytes.length];
    System.arraycopy(bytes, 0, content, 1, bytes.length);
    ctx.write(masked(BINARY, content), ctx.voidPromise());
    if (sequence == 1) {
      ctx.flush();
    }
  }

  /** A frame with the mask 0, which leaves the content as it is. */
  private static ByteBuf masked(int kind, byte[] content) {
    ByteBuf header = Unpooled.buffer(14).writeByte(kind);
    if (content.length < 126) {
      header.writeByte(0x80 | content.length);
    } else if (content.length < 0x1_0000) {
      header.writeByte(0xFE).writeShort(content.length);
    } else {
      header.writeByte(0xFF).writeLong(content.length);
    }
    return Unpooled.wrappedBuffer(header.writeInt(0), Unpooled.wrappedBuffer(content));
  }
}
