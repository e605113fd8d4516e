package io.opamp4j.server.transport.ws;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The inflaters and deflaters that all connections of a listener share. Each has memory outside the
 * heap, up to 40 KB and 270 KB, so a connection holds one for no longer than a message is in
 * between. A few idle ones are kept. Thread-safe.
 */
final class Zips {
  private static final int KEPT = 16;

  private final Queue<Inflater> inflaters = new ArrayBlockingQueue<>(KEPT);
  private final Queue<Deflater> deflaters = new ArrayBlockingQueue<>(KEPT);
  private final AtomicInteger inflating = new AtomicInteger();
  private final AtomicInteger deflating = new AtomicInteger();
  private final int maxInflating;

  /**
   * @param maxInflating how many compressed messages may be on their way in at one time
   */
  Zips(int maxInflating) {
    this.maxInflating = maxInflating;
  }

  /** An inflater of raw deflate data, to be given back; null if too many are in use. */
  @Nullable Inflater inflater() {
    if (inflating.incrementAndGet() > maxInflating) {
      inflating.decrementAndGet();
      return null;
    }
    Inflater kept = inflaters.poll();
    return kept != null ? kept : new Inflater(true);
  }

  void giveBack(Inflater inflater) {
    inflater.reset();
    if (!inflaters.offer(inflater)) {
      inflater.end();
    }
    inflating.decrementAndGet();
  }

  /** A deflater that makes raw deflate data, to be given back by the caller's caller at once. */
  Deflater deflater() {
    deflating.incrementAndGet();
    Deflater kept = deflaters.poll();
    // What it saves is bandwidth; the event loop's time is dearer.
    return kept != null ? kept : new Deflater(Deflater.BEST_SPEED, true);
  }

  void giveBack(Deflater deflater) {
    deflater.reset();
    if (!deflaters.offer(deflater)) {
      deflater.end();
    }
    deflating.decrementAndGet();
  }

  /** How many are in use now, of both kinds. */
  int inUse() {
    return inflating.get() + deflating.get();
  }
}
