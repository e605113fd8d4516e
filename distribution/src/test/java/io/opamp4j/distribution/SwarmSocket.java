package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket that one agent has for itself or many share, with all the manners and bad manners of
 * peers. Whatever it lost it opens again, unless it was told to stay away: at once, then with
 * growing waits, and not before the server wants it (EST-04, THROTTLE-08). All on the swarm's
 * thread.
 */
final class SwarmSocket implements SwarmLine {
  private static final int NORMAL = 1000;

  private final Swarm swarm;
  private final Set<SwarmAgent> agents;
  private final SplittableRandom chance;
  private final List<Refusal> refusals = new ArrayList<>();
  private final List<Close> closes = new ArrayList<>();
  private CompletableFuture<Void> ended = new CompletableFuture<>();
  private Channel channel;
  private boolean open;
  private boolean stays = true;
  private boolean silent;
  private boolean paused;
  private int failures;
  private int malformed;
  private int badRequests;

  /**
   * A Close frame of the server's.
   *
   * @param code its code
   * @param answersBefore how many answers the whole swarm had had by then
   */
  record Close(int code, long answersBefore) {}

  SwarmSocket(Swarm swarm, List<SwarmAgent> agents, SplittableRandom chance) {
    this.swarm = swarm;
    this.agents = new LinkedHashSet<>(agents);
    this.chance = chance;
  }

  /**
   * A handshake that was refused.
   *
   * @param back when it is tried again, as {@link System#nanoTime} counts
   * @param seconds its Retry-After
   */
  record Refusal(long back, int seconds) {}

  /** Every handshake that was refused. */
  List<Refusal> refusals() {
    return refusals;
  }

  /** The server's Close frames. */
  List<Close> closes() {
    return closes;
  }

  /** The agents that have not left. */
  Set<SwarmAgent> agents() {
    return agents;
  }

  boolean isOpen() {
    return open;
  }

  /** Done when the connection that is open now has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Connects, and stays from now on. */
  @Override
  public void join() {
    stays = true;
    failures = 0;
    connect();
  }

  private void connect() {
    paused = false;
    channel = swarm.connect(this::retry, new SwarmFrames(), new Peer());
  }

  /** A heartbeat now, of every agent that is on this socket. */
  void heartbeat() {
    if (open && !silent) {
      agents.forEach(agent -> say(agent.heartbeat()));
    }
  }

  /** Leaves as the protocol wants it, for good (CLOSE-01, CLOSE-02). */
  @Override
  public void leave() {
    stays = false;
    farewell();
  }

  /** One agent of several leaves; the socket stays. */
  void leave(SwarmAgent agent) {
    agents.remove(agent);
    say(agent.goodbye());
  }

  /** One agent of several says nothing any more. */
  void fallSilent(SwarmAgent agent) {
    agents.remove(agent);
  }

  /** Another agent comes in over this socket. */
  void add(SwarmAgent agent) {
    agents.add(agent);
    say(agent.hello(true));
  }

  /** Cuts the connection by a reset, as a process that is killed. */
  void kill(boolean comesBack) {
    stays = comesBack;
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }

  /** Neither reads nor writes any more, and keeps the connection open: a cable was pulled. */
  void freeze() {
    silent = true;
    stays = false;
    channel.config().setAutoRead(false);
  }

  /** The same; the agents come back over a socket of their own, which is returned. */
  SwarmSocket freezeAndMove() {
    freeze();
    SwarmSocket next = new SwarmSocket(swarm, List.copyOf(agents), chance.split());
    next.join();
    return next;
  }

  /** Stops reading but goes on to speak. */
  void stopReading() {
    channel.config().setAutoRead(false);
  }

  void resumeReading() {
    channel.config().setAutoRead(true);
  }

  /** Says something that is no OpAMP, in one of many ways. */
  void babble() {
    malformed++;
    if (open) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(SwarmFrames.rubbish(chance)));
    }
  }

  private void say(AgentToServer message) {
    byte[] bytes = new byte[1 + message.getSerializedSize()];
    System.arraycopy(message.toByteArray(), 0, bytes, 1, bytes.length - 1);
    write(SwarmFrames.BINARY, bytes);
  }

  private void write(int opcode, byte[] payload) {
    if (open) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(RawWebSocket.masked(opcode, payload)));
    }
  }

  private void farewell() {
    agents.forEach(agent -> say(agent.goodbye()));
    write(SwarmFrames.CLOSE, ByteBuffer.allocate(2).putShort((short) NORMAL).array());
    silent = true;
  }

  private void leaveFor(Duration time) {
    if (open && !paused) {
      paused = true;
      farewell();
      swarm.after(time, this::connect);
    }
  }

  private void opened() {
    open = true;
    ended = new CompletableFuture<>();
    silent = false;
    paused = false;
    malformed = 0;
    badRequests = 0;
    for (SwarmAgent agent : agents) {
      say(agent.hello(chance.nextBoolean()));
    }
    long phase = chance.nextLong(swarm.interval().toNanos());
    Channel current = channel;
    swarm.after(Duration.ofNanos(phase), () -> beat(current));
  }

  private void beat(Channel current) {
    if (current == channel && open) {
      heartbeat();
      swarm.after(swarm.interval(), () -> beat(current));
    }
  }

  private void heard(ServerToAgent message) {
    failures = 0;
    boolean badRequest =
        message.getErrorResponse().getType()
            == ServerErrorResponseType.ServerErrorResponseType_BadRequest;
    if (badRequest) {
      badRequests++;
      if (badRequests > malformed) {
        swarm.fault("a BadRequest that answers nothing (ERR-07): " + message);
      }
      return;
    }
    ByteString address = message.getInstanceUid();
    // A copy, because what is heard may add or remove agents.
    List<SwarmAgent> addressed =
        agents.stream().filter(agent -> agent.isOrWas(address)).limit(1).toList();
    swarm.countAnswer();
    for (SwarmAgent agent : addressed) {
      agent.heard(message, this::say, this::leaveFor);
    }
  }

  private void refused(SwarmFrames.Response response) {
    int seconds = response.retryAfter();
    if ((response.status() != 503 && response.status() != 429) || seconds < 1) {
      swarm.fault("a handshake was answered by " + response);
    }
    refusals.add(new Refusal(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds), seconds));
    paused = true;
    channel.close();
    if (stays) {
      swarm.after(Duration.ofSeconds(Math.max(1, seconds)), this::connect);
    }
  }

  private void lost() {
    boolean wasOpen = open;
    open = false;
    agents.forEach(SwarmAgent::lost);
    ended.complete(null);
    if (paused || !stays) {
      return;
    }
    if (wasOpen && failures == 0) {
      failures++;
      swarm.after(Duration.ofNanos(chance.nextLong(100_000_000)), this::connect);
    } else {
      retry();
    }
  }

  private void retry() {
    if (stays) {
      swarm.after(Backoff.DEFAULT.delay(Math.min(failures++, 4), chance), this::connect);
    }
  }

  /** One TCP connection. */
  private final class Peer extends SimpleChannelInboundHandler<Object> {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(SwarmFrames.handshake(swarm.host())));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object read) {
      if (read instanceof SwarmFrames.Frame frame) {
        frame(ctx, frame);
      } else if (read instanceof SwarmFrames.Response response && response.status() == 101) {
        opened();
      } else {
        refused((SwarmFrames.Response) read);
      }
    }

    private void frame(ChannelHandlerContext ctx, SwarmFrames.Frame frame) {
      switch (frame.opcode()) {
        case SwarmFrames.BINARY -> {
          try {
            heard(ServerToAgent.parser().parseFrom(frame.payload(), 1, frame.payload().length - 1));
          } catch (InvalidProtocolBufferException e) {
            swarm.fault("a message that cannot be read: " + e);
          }
        }
        case SwarmFrames.PING -> write(SwarmFrames.PONG, frame.payload());
        case SwarmFrames.CLOSE -> {
          closes.add(new Close(frame.closeCode(), swarm.answers()));
          write(SwarmFrames.CLOSE, frame.payload());
        }
        default -> swarm.fault("a frame of kind " + frame.opcode());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (ctx.channel() == channel) {
        lost();
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
