package io.opamp4j.server.transport.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A request body between the event loop, which adds pieces, and a worker, which reads them and
 * waits for them. Not much more than {@value #HIGH_WATER} bytes are held; the next piece is asked
 * for only below that, and the first only when the worker begins to read.
 */
final class RequestBodyStream extends InputStream {
  private static final int HIGH_WATER = 64 * 1024;

  private final Runnable askForMore;
  private final Object lock = new Object();
  private final Queue<byte[]> pieces = new ArrayDeque<>();
  private byte[] piece = new byte[0];
  private int position;
  private int buffered;
  private boolean asked;
  private boolean complete;
  private @Nullable IOException failure;

  /**
   * @param askForMore makes the event loop read on; may be called on any thread
   */
  RequestBodyStream(Runnable askForMore) {
    this.askForMore = askForMore;
  }

  /** Says whether to read on at once. */
  boolean add(byte[] bytes) {
    synchronized (lock) {
      pieces.add(bytes);
      buffered += bytes.length;
      asked = buffered < HIGH_WATER;
      lock.notifyAll();
      return asked;
    }
  }

  void complete() {
    synchronized (lock) {
      complete = true;
      lock.notifyAll();
    }
  }

  /** The worker gets this, after what has come before. */
  void fail(IOException cause) {
    synchronized (lock) {
      if (!complete && failure == null) {
        failure = cause;
        lock.notifyAll();
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (true) {
      boolean ask;
      int taken = 0;
      synchronized (lock) {
        if (position == piece.length && !pieces.isEmpty()) {
          piece = pieces.remove();
          position = 0;
        }
        taken = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, target, offset, taken);
        position += taken;
        buffered -= taken;
        if (taken == 0 && failure != null) {
          throw new IOException(failure.getMessage(), failure);
        }
        if (taken == 0 && complete) {
          return -1;
        }
        ask = !asked && !complete && failure == null && buffered < HIGH_WATER;
        asked |= ask;
        if (taken == 0 && !ask) {
          await();
        }
      }
      if (ask) {
        askForMore.run();
      }
      if (taken > 0) {
        return taken;
      }
    }
  }

  @Override
  public int available() {
    synchronized (lock) {
      return buffered;
    }
  }

  /** Ends with a piece, the end, or a failure: the connection sees to one of them in time. */
  @SuppressWarnings("WaitNotInLoop") // The caller loops.
  private void await() throws IOException {
    try {
      lock.wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the request body");
    }
  }
}
