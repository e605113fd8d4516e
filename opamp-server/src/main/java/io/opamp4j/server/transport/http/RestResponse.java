package io.opamp4j.server.transport.http;

import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Jersey writes the answer to one request. Jersey calls it from one thread at a time, not
 * always the same; the answer itself goes out on the event loop.
 */
final class RestResponse implements ContainerResponseWriter {
  private static final Logger log = LoggerFactory.getLogger(RestResponse.class);

  private final Reply reply;
  private final boolean head;
  private final Executor workers;
  private final ResponseBodyStream body;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Object lock = new Object();
  private @Nullable TimeoutHandler timeoutHandler;
  private @Nullable Future<?> timeout;

  /**
   * @param workers where Jersey is told that a suspended request has timed out
   * @param patience how long the peer may read nothing
   */
  RestResponse(Reply reply, boolean head, Executor workers, Duration patience) {
    this.reply = reply;
    this.workers = workers;
    this.head = head;
    this.body = new ResponseBodyStream(reply, patience);
  }

  void lost(IOException cause) {
    cancelTimeout();
    body.fail(cause);
  }

  @Override
  public OutputStream writeResponseStatusAndHeaders(long contentLength, ContainerResponse from) {
    begun.set(true);
    cancelTimeout();
    HttpResponse answer =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1,
            new HttpResponseStatus(from.getStatus(), from.getStatusInfo().getReasonPhrase()));
    from.getStringHeaders().forEach((name, values) -> answer.headers().add(name, values));
    if (contentLength >= 0) {
      answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, contentLength);
    }
    answer.headers().set("X-Content-Type-Options", "nosniff");
    onLoop(() -> reply.begin(answer));
    return head ? OutputStream.nullOutputStream() : body;
  }

  /** Jersey gives no handler if there is never to be a timeout. */
  @Override
  public boolean suspend(long time, TimeUnit unit, @Nullable TimeoutHandler handler) {
    synchronized (lock) {
      timeoutHandler = handler;
    }
    setSuspendTimeout(time, unit);
    return true;
  }

  @Override
  public void setSuspendTimeout(long time, TimeUnit unit) {
    synchronized (lock) {
      cancelTimeout();
      TimeoutHandler handler = timeoutHandler;
      if (time > 0 && handler == null) {
        throw new IllegalStateException("the request was not suspended");
      }
      if (time > 0 && handler != null) {
        timeout = reply.after(Duration.of(time, unit.toChronoUnit()), () -> timedOut(handler));
      }
    }
  }

  @Override
  public void commit() {
    cancelTimeout();
    if (ended.getAndSet(true)) {
      return;
    }
    try {
      body.flush();
    } catch (IOException e) {
      log.debug("an answer broke off: {}", e.toString());
      onLoop(reply::abort);
      return;
    }
    onLoop(reply::end);
  }

  @Override
  public void failure(Throwable error) {
    cancelTimeout();
    boolean tooLate = begun.getAndSet(true);
    if (ended.getAndSet(true)) {
      return;
    }
    if (tooLate) {
      log.debug("an answer broke off: {}", error.toString());
      onLoop(reply::abort);
    } else {
      log.error("a REST request failed", error);
      onLoop(() -> reply.send(Responses.problem(HttpResponseStatus.INTERNAL_SERVER_ERROR)));
    }
  }

  @Override
  public boolean enableResponseBuffering() {
    return true;
  }

  private void timedOut(TimeoutHandler handler) {
    try {
      workers.execute(() -> handler.onTimeout(this));
    } catch (RejectedExecutionException e) {
      failure(e);
    }
  }

  private void cancelTimeout() {
    synchronized (lock) {
      if (timeout != null) {
        timeout.cancel(false);
        timeout = null;
      }
    }
  }

  private void onLoop(Runnable task) {
    try {
      reply.loop().execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("an answer is lost: the listener has stopped");
    }
  }
}
