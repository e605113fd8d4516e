package io.opamp4j.distribution;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * An agent that polls over plain HTTP: one request at a time, the next at once if there is news,
 * else after the interval. All on the swarm's thread.
 */
final class SwarmPoller implements SwarmLine {
  private final Swarm swarm;
  private final SwarmAgent agent;
  private final SplittableRandom chance;
  private final Queue<AgentToServer> news = new ArrayDeque<>();
  private Channel channel;
  private boolean inFlight;
  private boolean stopped;
  private boolean farewell;
  private boolean paused;
  private int failures;

  SwarmPoller(Swarm swarm, SwarmAgent agent, SplittableRandom chance) {
    this.swarm = swarm;
    this.agent = agent;
    this.chance = chance;
  }

  SwarmAgent agent() {
    return agent;
  }

  /** Connects, and polls from now on. */
  @Override
  public void join() {
    stopped = false;
    farewell = false;
    connect();
  }

  private void connect() {
    paused = false;
    channel = swarm.connect(this::retry, new SwarmFrames(), new Peer());
  }

  /** Says goodbye in a last request (CLOSE-04). */
  @Override
  public void leave() {
    farewell = true;
    news.add(agent.goodbye());
    post();
  }

  /** Polls no more, and keeps its connection open. */
  void fallSilent() {
    stopped = true;
  }

  /** Closes its connection without a word. */
  void hangUp() {
    stopped = true;
    channel.close();
  }

  private void post() {
    if (!inFlight && !stopped && !paused && channel.isActive() && !news.isEmpty()) {
      byte[] body = news.remove().toByteArray();
      inFlight = true;
      channel.writeAndFlush(
          Unpooled.wrappedBuffer(SwarmFrames.post(swarm.host(), body.length), body));
    }
  }

  private void poll(Channel current) {
    if (current == channel && !farewell) {
      if (!inFlight) {
        news.add(agent.heartbeat());
        post();
      }
      swarm.after(swarm.interval(), () -> poll(current));
    }
  }

  private void answered(SwarmFrames.Response response) {
    inFlight = false;
    if (response.status() == 503 || response.status() == 429) {
      leaveFor(Duration.ofSeconds(Math.max(1, response.retryAfter())));
      return;
    }
    if (response.status() != 200) {
      swarm.fault(agent + " was answered by " + response.status());
      return;
    }
    failures = 0;
    try {
      agent.heard(ServerToAgent.parseFrom(response.body()), news::add, this::leaveFor);
    } catch (InvalidProtocolBufferException e) {
      swarm.fault("a body that cannot be read: " + e);
    }
    if (farewell && news.isEmpty()) {
      stopped = true;
      channel.close();
    }
    post();
  }

  private void leaveFor(Duration time) {
    paused = true;
    news.clear();
    channel.close();
    swarm.after(time, this::connect);
  }

  private void retry() {
    if (!stopped) {
      swarm.after(Backoff.DEFAULT.delay(Math.min(failures++, 4), chance), this::connect);
    }
  }

  /** One TCP connection. */
  private final class Peer extends SimpleChannelInboundHandler<SwarmFrames.Response> {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      inFlight = false;
      news.clear();
      news.add(agent.hello(true));
      post();
      long phase = chance.nextLong(swarm.interval().toNanos());
      swarm.after(Duration.ofNanos(phase), () -> poll(ctx.channel()));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, SwarmFrames.Response response) {
      answered(response);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (ctx.channel() == channel && !paused) {
        retry();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (!(cause instanceof IOException)) {
        swarm.fault("reading failed: " + cause);
      }
      ctx.close();
    }
  }
}
