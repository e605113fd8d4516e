package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What becomes of one download of a file that is here. Each call of a method is for one more
 * download: the first for the next one, the second for the one after it.
 */
public final class DownloadScript {
  private static final Way WHOLE =
      new Way(0, Map.of(), Optional.empty(), false, Long.MAX_VALUE, Optional.empty());

  private final Queue<Way> ways = new ConcurrentLinkedQueue<>();

  /**
   * How a download goes.
   *
   * @param status of the refusal; 0 if it is not refused
   * @param headers of the refusal
   * @param content to be served in place of the file's
   * @param stopsAfter how many bytes of the answer are sent
   * @param held when the rest is sent; never if it is empty
   */
  record Way(
      int status,
      Map<String, String> headers,
      Optional<byte[]> content,
      boolean ignoresRanges,
      long stopsAfter,
      Optional<Held> held) {
    Way {
      requireNonNull(headers, "headers");
      requireNonNull(content, "content");
      requireNonNull(held, "held");
    }
  }

  DownloadScript() {}

  /** Refuses it. */
  public void refuse(int status) {
    refuse(status, Map.of());
  }

  /** Refuses it with these headers. */
  public void refuse(int status, Map<String, String> headers) {
    ways.add(new Way(status, Map.copyOf(headers), Optional.empty(), false, 0, Optional.empty()));
  }

  /** Redirects it with status 307. */
  public void redirect(URI elsewhere) {
    refuse(307, Map.of("Location", elsewhere.toString()));
  }

  /** Serves other bytes than the file's, with an ETag of their own. */
  public void wrongContent(byte[] content) {
    ways.add(
        new Way(
            0, Map.of(), Optional.of(content.clone()), false, Long.MAX_VALUE, Optional.empty()));
  }

  /** Serves the whole file although a part was asked for. */
  public void ignoreRange() {
    ways.add(new Way(0, Map.of(), Optional.empty(), true, Long.MAX_VALUE, Optional.empty()));
  }

  /** Ends the TCP connection after so many bytes of the answer's body. */
  public void cutAfter(long bytes) {
    ways.add(new Way(0, Map.of(), Optional.empty(), false, bytes, Optional.empty()));
  }

  /** Sends so many bytes of the answer's body, and the rest when the test lets it go. */
  public Held holdAfter(long bytes) {
    Held held = new Held();
    ways.add(new Way(0, Map.of(), Optional.empty(), false, bytes, Optional.of(held)));
    return held;
  }

  /** Serves the file as it should be, so that what follows is for the download after it. */
  public void serve() {
    ways.add(WHOLE);
  }

  Way poll() {
    Way next = ways.poll();
    return next == null ? WHOLE : next;
  }
}
