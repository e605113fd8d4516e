package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A body read piece by piece with a limit on each wait, which the JDK's own stream does not have.
 * One piece is asked for at a time, so that no more than that is in memory. Read by one thread; any
 * may {@link #close} it, which ends the reading.
 */
final class TimedBody implements BodySubscriber<TimedBody>, AutoCloseable {
  private static final List<ByteBuffer> END = List.of();

  /** Pieces, then the end or a failure. */
  private final BlockingQueue<Object> items = new LinkedBlockingQueue<>();

  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  /**
   * Waits for the next piece.
   *
   * @return empty at the end
   * @throws HttpTimeoutException if nothing came within that time
   * @throws IOException if the body broke off, or was closed
   */
  List<ByteBuffer> next(Duration stall) throws IOException, InterruptedException {
    Object item = items.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
    if (item == null) {
      close();
      throw new HttpTimeoutException("nothing came for " + stall.toSeconds() + " s");
    }
    if (item instanceof Throwable failure) {
      throw new IOException(failure.getMessage(), failure);
    }
    @SuppressWarnings("unchecked")
    List<ByteBuffer> piece = (List<ByteBuffer>) item;
    if (piece != END) {
      requireNonNull(subscription, "a piece came").request(1);
    }
    return piece;
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
    items.add(new IOException("given up"));
  }

  @Override
  public CompletionStage<TimedBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription next) {
    subscription = next;
    if (closed) {
      next.cancel();
    } else {
      next.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> piece) {
    items.add(piece);
  }

  @Override
  public void onError(Throwable failure) {
    items.add(failure);
  }

  @Override
  public void onComplete() {
    items.add(END);
  }
}
