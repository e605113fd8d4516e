package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * An agent with a line of its own that keeps account of what it was offered, and refuses what it is
 * told to. Whatever becomes of its line, it opens another one, to any of the swarm's servers, and
 * says everything there. All on the swarm's thread.
 */
final class CrewAgent {
  private final Swarm swarm;
  private final FakeAgent script;
  private final boolean polls;
  private final Map<ByteString, Integer> offers = new HashMap<>();
  private final Queue<AgentToServer> news = new ArrayDeque<>();
  private ByteString runs = ByteString.EMPTY;

  /** What its last word was that it runs. */
  private ByteString said = ByteString.EMPTY;

  private ByteString refused = ByteString.EMPTY;
  private int repeats;
  private Channel channel;
  private boolean open;
  private boolean inFlight;

  /**
   * @param group its {@code service.name}
   * @param polls over plain HTTP instead of a WebSocket
   */
  CrewAgent(Swarm swarm, String group, boolean polls) {
    this.swarm = swarm;
    this.script = new FakeAgent(swarm.newUid(), group, SwarmAgent.CONFIGURABLE);
    this.polls = polls;
  }

  InstanceUid uid() {
    return script.uid();
  }

  /** From now on it says that it cannot apply this configuration. */
  void refuse(String hash) {
    refused = bytes(hash);
  }

  /** How often it was offered this configuration. */
  int offersOf(String hash) {
    return offers.getOrDefault(bytes(hash), 0);
  }

  /** How often it was offered what it had said to run. */
  int repeats() {
    return repeats;
  }

  /** Whether it runs this configuration. */
  boolean runs(String hash) {
    return runs.equals(bytes(hash));
  }

  /** The port of the server that it speaks to; 0 if to none. */
  int port() {
    return open && channel.remoteAddress() instanceof InetSocketAddress server
        ? server.getPort()
        : 0;
  }

  void join() {
    channel = swarm.connect(this::retry, new SwarmFrames(), new Peer());
  }

  private void retry() {
    swarm.after(Duration.ofMillis(300), this::join);
  }

  private void heard(ServerToAgent message) {
    if (message.hasErrorResponse()) {
      swarm.fault(uid() + " got an error: " + message.getErrorResponse());
      return;
    }
    boolean everything = script.heard(message);
    if (message.hasRemoteConfig()) {
      offered(message.getRemoteConfig().getConfigHash());
    }
    if (everything) {
      say(script.fullState());
    }
  }

  private void offered(ByteString hash) {
    offers.merge(hash, 1, Integer::sum);
    if (hash.equals(said)) {
      repeats++;
    }
    if (hash.equals(refused)) {
      said = ByteString.EMPTY;
      say(script.failed("it does not fit into this rack"));
    } else {
      runs = hash;
      said = hash;
      say(script.applied());
    }
  }

  private void say(AgentToServer message) {
    if (polls) {
      news.add(message);
      post();
    } else if (open) {
      byte[] bytes = new byte[1 + message.getSerializedSize()];
      System.arraycopy(message.toByteArray(), 0, bytes, 1, bytes.length - 1);
      channel.writeAndFlush(Unpooled.wrappedBuffer(RawWebSocket.masked(SwarmFrames.BINARY, bytes)));
    }
  }

  private void post() {
    if (open && !inFlight && !news.isEmpty()) {
      byte[] body = news.remove().toByteArray();
      inFlight = true;
      channel.writeAndFlush(
          Unpooled.wrappedBuffer(SwarmFrames.post(swarm.host(), body.length), body));
    }
  }

  private void opened() {
    open = true;
    inFlight = false;
    news.clear();
    say(script.fullState());
    Channel current = channel;
    swarm.after(swarm.interval(), () -> beat(current));
  }

  private void beat(Channel current) {
    if (current == channel && open) {
      say(script.next());
      swarm.after(swarm.interval(), () -> beat(current));
    }
  }

  private static ByteString bytes(String hash) {
    return ByteString.fromHex(hash);
  }

  /** One TCP connection. */
  private final class Peer extends SimpleChannelInboundHandler<Object> {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (polls) {
        opened();
      } else {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(SwarmFrames.handshake(swarm.host())));
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object read) throws Exception {
      if (read instanceof SwarmFrames.Frame frame) {
        frame(ctx, frame);
      } else if (read instanceof SwarmFrames.Response response) {
        response(ctx, response);
      }
    }

    private void frame(ChannelHandlerContext ctx, SwarmFrames.Frame frame)
        throws InvalidProtocolBufferException {
      switch (frame.opcode()) {
        case SwarmFrames.BINARY ->
            heard(ServerToAgent.parser().parseFrom(frame.payload(), 1, frame.payload().length - 1));
        case SwarmFrames.PING ->
            ctx.writeAndFlush(
                Unpooled.wrappedBuffer(RawWebSocket.masked(SwarmFrames.PONG, frame.payload())));
        default -> ctx.close();
      }
    }

    private void response(ChannelHandlerContext ctx, SwarmFrames.Response response)
        throws InvalidProtocolBufferException {
      if (response.status() == 101) {
        opened();
      } else if (response.status() == 200) {
        inFlight = false;
        heard(ServerToAgent.parseFrom(response.body()));
        post();
      } else {
        // Refused for now; the end of this line has it try again.
        ctx.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (ctx.channel() == channel) {
        open = false;
        retry();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (!(cause instanceof java.io.IOException)) {
        swarm.fault("reading failed: " + cause);
      }
      ctx.close();
    }
  }
}
