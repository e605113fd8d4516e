package io.opamp4j.server.transport.http;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body between a worker, which writes, and the event loop, which sends. Small writes are
 * gathered until {@link #flush}. The worker waits while more than {@value #HIGH_WATER} bytes have
 * not been taken by the peer, and fails when the peer takes none of them for too long. Used by one
 * worker at a time; never on an event loop.
 */
final class ResponseBodyStream extends OutputStream {
  private static final int GATHERED = 8 * 1024;
  private static final int HIGH_WATER = 256 * 1024;

  private final Reply reply;
  private final Duration patience;
  private final byte[] gathered = new byte[GATHERED];
  private int count;

  private final Object lock = new Object();
  private long underWay;
  private @Nullable IOException failure;

  ResponseBodyStream(Reply reply, Duration patience) {
    this.reply = reply;
    this.patience = patience;
  }

  @Override
  public void write(int value) throws IOException {
    if (count == GATHERED) {
      flush();
    }
    gathered[count++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      if (count == GATHERED) {
        flush();
      }
      int part = Math.min(length - done, GATHERED - count);
      System.arraycopy(bytes, offset + done, gathered, count, part);
      count += part;
      done += part;
    }
  }

  @Override
  public void flush() throws IOException {
    if (count == 0) {
      return;
    }
    byte[] piece = Arrays.copyOf(gathered, count);
    count = 0;
    waitForRoom(piece.length);
    try {
      reply
          .loop()
          .execute(
              () ->
                  reply
                      .write(Unpooled.wrappedBuffer(piece))
                      .addListener(sent -> taken(piece.length, sent.cause())));
    } catch (RejectedExecutionException e) {
      throw new IOException("the listener has stopped", e);
    }
  }

  /** The peer has gone. */
  void fail(IOException cause) {
    synchronized (lock) {
      if (failure == null) {
        failure = cause;
      }
      lock.notifyAll();
    }
  }

  private void taken(int bytes, @Nullable Throwable cause) {
    synchronized (lock) {
      underWay -= bytes;
      lock.notifyAll();
    }
    if (cause != null) {
      fail(new IOException("the peer has gone", cause));
    }
  }

  private void waitForRoom(int bytes) throws IOException {
    synchronized (lock) {
      long seen = underWay;
      long deadline = System.nanoTime() + patience.toNanos();
      while (failure == null && underWay > 0 && underWay + bytes > HIGH_WATER) {
        if (underWay < seen) {
          seen = underWay;
          deadline = System.nanoTime() + patience.toNanos();
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          failure = new IOException("the peer does not read the response");
          reply.loop().execute(reply::abort);
          break;
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted while the peer was slow");
        }
      }
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      underWay += bytes;
    }
  }
}
