package io.opamp4j.server.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses bodies above a size: at once if the length is announced, otherwise as soon as more has
 * been read.
 */
final class BodyLimit implements ContainerRequestFilter {
  /** Enough for large configurations, and small enough to hold several in memory: 16 MiB. */
  static final int DEFAULT = 16 * 1024 * 1024;

  private final int limit;

  /**
   * @param limit in bytes
   */
  BodyLimit(int limit) {
    this.limit = limit;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getLength() > limit) {
      throw new ProblemException(Problem.bodyTooLarge(limit));
    }
    if (request.hasEntity()) {
      request.setEntityStream(new Limited(request.getEntityStream(), limit));
    }
  }

  private static final class Limited extends FilterInputStream {
    private final int limit;
    private long read;

    Limited(InputStream in, int limit) {
      super(in);
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      count(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      count(Math.max(n, 0));
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = super.skip(n);
      count(skipped);
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private void count(long n) {
      read += n;
      if (read > limit) {
        throw new ProblemException(Problem.bodyTooLarge(limit));
      }
    }
  }
}
