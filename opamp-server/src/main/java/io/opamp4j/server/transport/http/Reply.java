package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

/**
 * The answer to one request, and the tap for its body. What reads or answers is called on the
 * connection's event loop, and does nothing once the answer is complete or the peer has gone; the
 * first three methods may be called on any thread.
 */
interface Reply {
  /** The connection's event loop. */
  Executor loop();

  /** The peer's address and port. */
  String remoteAddress();

  /** Runs the task on the event loop after the delay, unless it is cancelled. */
  Future<?> after(Duration delay, Runnable task);

  /**
   * Asks for the next piece of the body; sends 100 first if the peer waits for it. {@link
   * Exchange#expired} is called if nothing comes for too long.
   */
  void read();

  /** {@link Exchange#expired} is called after this time, unless set anew. */
  void within(Duration time);

  /** The whole answer. */
  void send(FullHttpResponse response);

  /** Begins an answer whose body follows in pieces. */
  void begin(HttpResponse head);

  /** The next piece, flushed at once; the future tells when the peer's TCP has taken it. */
  ChannelFuture write(ByteBuf piece);

  /** Ends an answer that was begun. */
  void end();

  /** Breaks the connection off: an answer was begun and cannot be completed. */
  void abort();
}
