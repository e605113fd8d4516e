package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

/** An answer whose event loop and whose peer do what the test tells them. */
final class FakeReply implements Reply {
  final Deque<Runnable> tasks = new ArrayDeque<>();
  final List<Runnable> timers = new ArrayList<>();
  final List<CompletableFuture<?>> timerFutures = new ArrayList<>();
  final Deque<ChannelPromise> underWay = new ArrayDeque<>();
  final StringBuilder received = new StringBuilder();
  int largest;
  int status;
  boolean ended;
  boolean aborted;

  private final EmbeddedChannel channel = new EmbeddedChannel();

  /** Runs what waits on the loop. */
  void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** The peer takes the oldest piece that is under way. */
  void take() {
    underWay.remove().setSuccess();
    run();
  }

  /** The peer takes everything. */
  void takeAll() {
    run();
    while (!underWay.isEmpty()) {
      take();
    }
  }

  void failWrite() {
    underWay.remove().setFailure(new IOException("reset"));
    run();
  }

  /** Lets the time pass for which the newest timer was set. */
  void fireTimer() {
    timers.get(timers.size() - 1).run();
    run();
  }

  @Override
  public Executor loop() {
    return tasks::add;
  }

  @Override
  public String remoteAddress() {
    return "192.0.2.1:1";
  }

  @Override
  public Future<?> after(Duration delay, Runnable task) {
    timers.add(task);
    CompletableFuture<?> future = new CompletableFuture<>();
    timerFutures.add(future);
    return future;
  }

  @Override
  public void read() {}

  @Override
  public void within(Duration time) {}

  @Override
  public void send(FullHttpResponse response) {
    status = response.status().code();
    received.append(response.content().toString(StandardCharsets.UTF_8));
    response.release();
  }

  @Override
  public void begin(HttpResponse head) {
    status = head.status().code();
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    largest = Math.max(largest, piece.readableBytes());
    received.append(piece.toString(StandardCharsets.UTF_8));
    piece.release();
    ChannelPromise promise = channel.newPromise();
    underWay.add(promise);
    return promise;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public void abort() {
    aborted = true;
  }
}
