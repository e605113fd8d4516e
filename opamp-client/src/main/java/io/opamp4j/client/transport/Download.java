package io.opamp4j.client.transport;

import io.opamp4j.core.client.PackageFailure;
import io.opamp4j.core.wire.RetryAfter;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.Header;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file by HTTP GET (PKG-16), from where an earlier attempt ended. The offered headers go to the
 * offered host only: a redirect to another is followed without them, from {@code https} to {@code
 * http} not at all. Run once; any thread may {@link #cancel} it.
 */
public final class Download {
  private static final int REDIRECTS = 5;
  private static final long GOOD_DEAL = 1024 * 1024;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (?:(\\d{1,18})-(\\d{1,18})|\\*)/(?:(\\d{1,18})|\\*)");

  private final Downloads downloads;
  private final DownloadLimits limits;
  private final Object lock = new Object();
  private boolean cancelled;
  private @Nullable CompletableFuture<?> asking;
  private @Nullable TimedBody reading;

  Download(Downloads downloads, DownloadLimits limits) {
    this.downloads = downloads;
    this.limits = limits;
  }

  /** Gives it up, now or as soon as it begins. */
  public void cancel() {
    synchronized (lock) {
      cancelled = true;
      if (asking != null) {
        asking.cancel(true);
      }
      if (reading != null) {
        reading.close();
      }
    }
  }

  /**
   * Brings the whole file into the sink. What it holds is not verified.
   *
   * @param etag of what the sink holds already; empty if it is not known
   * @return the strong ETag of the file; empty if it has none
   * @throws DownloadException if it came to nothing; what has come stays if it is of use
   */
  public Optional<String> run(DownloadableFile file, Optional<String> etag, DownloadSink sink)
      throws DownloadException, InterruptedException {
    long before = sink.size();
    try {
      return get(file, etag, sink);
    } catch (DownloadException e) {
      throw e;
    } catch (IOException e) {
      boolean advanced = sink.size() - before >= GOOD_DEAL;
      throw new DownloadException(
          new PackageFailure(Losses.ofFailure(e).detail(), true, advanced, Duration.ZERO));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw DownloadException.lasting(Losses.describe(e));
    }
  }

  private Optional<String> get(DownloadableFile file, Optional<String> etag, DownloadSink sink)
      throws IOException, GeneralSecurityException, InterruptedException {
    URI offered = DownloadUrls.offered(file.getDownloadUrl());
    URI uri = offered;
    for (int i = 0; i <= REDIRECTS; i++) {
      List<Header> headers =
          DownloadUrls.sameOrigin(offered, uri) ? file.getHeaders().getHeadersList() : List.of();
      HttpResponse<TimedBody> response = ask(uri, headers, etag, sink.size());
      try (TimedBody body = response.body()) {
        if (!DownloadUrls.isRedirect(response.statusCode())) {
          take(response, body, sink);
          return response.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""));
        }
        uri = DownloadUrls.next(uri, response.headers().firstValue("Location"));
      }
    }
    throw DownloadException.lasting("more than " + REDIRECTS + " redirects");
  }

  private HttpResponse<TimedBody> ask(
      URI uri, List<Header> headers, Optional<String> etag, long from)
      throws IOException, GeneralSecurityException, InterruptedException {
    TransportSettings settings = downloads.settings();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(settings.connectTimeout()).GET();
    for (Header header : headers) {
      add(request, header);
    }
    settings
        .target()
        .proxyHeaders()
        .forEach(
            (name, value) -> {
              // Any other would reach the server.
              if (name.toLowerCase(Locale.ROOT).startsWith("proxy-")) {
                request.setHeader(name, value);
              }
            });
    request.setHeader("Accept-Encoding", "identity");
    if (from > 0) {
      request.setHeader("Range", "bytes=" + from + "-");
      etag.ifPresent(tag -> request.setHeader("If-Range", tag));
    }
    CompletableFuture<HttpResponse<TimedBody>> answer;
    synchronized (lock) {
      refuseIfCancelled();
      answer = downloads.client(uri).sendAsync(request.build(), info -> body());
      asking = answer;
    }
    try {
      return answer.get();
    } catch (CancellationException e) {
      throw new IOException("given up", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    }
  }

  /** A bad one is named, never shown: its value may be a secret. */
  private static void add(HttpRequest.Builder request, Header header) throws DownloadException {
    try {
      request.header(header.getKey(), header.getValue());
    } catch (IllegalArgumentException e) {
      throw DownloadException.lasting("the offered header cannot be sent: " + header.getKey());
    }
  }

  private TimedBody body() {
    TimedBody body = new TimedBody();
    synchronized (lock) {
      reading = body;
      if (cancelled) {
        body.close();
      }
    }
    return body;
  }

  private void refuseIfCancelled() throws IOException {
    if (cancelled) {
      throw new IOException("given up");
    }
  }

  private void take(HttpResponse<TimedBody> response, TimedBody body, DownloadSink sink)
      throws IOException, InterruptedException {
    Optional<String> encoding = response.headers().firstValue("Content-Encoding");
    if (encoding.filter(name -> !name.equalsIgnoreCase("identity")).isPresent()) {
      throw DownloadException.lasting("the file came encoded, which was not asked for");
    }
    switch (response.statusCode()) {
      case 200 -> {
        sink.restart();
        long total = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        read(body, total, sink);
      }
      case 206 -> read(body, continued(response, sink), sink);
      case 416 -> {
        long total = range(response).map(range -> number(range, 3)).orElse(-1L);
        if (sink.size() == 0 || total != sink.size()) {
          sink.restart();
          throw DownloadException.passing("the rest of the file cannot be had");
        }
      }
      default -> throw refused(response);
    }
  }

  private long continued(HttpResponse<TimedBody> response, DownloadSink sink) throws IOException {
    Optional<Matcher> range = range(response);
    long from = range.map(match -> number(match, 1)).orElse(-1L);
    if (from != sink.size() || sink.size() == 0) {
      sink.restart();
      throw DownloadException.passing("the server sent another part of the file");
    }
    return range.map(match -> number(match, 3)).orElse(-1L);
  }

  private void read(TimedBody body, long total, DownloadSink sink)
      throws IOException, InterruptedException {
    check(total, sink);
    sink.came(total);
    for (List<ByteBuffer> piece = body.next(limits.stall());
        !piece.isEmpty();
        piece = body.next(limits.stall())) {
      for (ByteBuffer bytes : piece) {
        check(sink.size() + bytes.remaining(), sink);
        sink.append(bytes);
      }
      sink.came(total);
    }
    if (total >= 0 && sink.size() != total) {
      throw new IOException("the file ended after " + sink.size() + " of " + total + " bytes");
    }
  }

  private void check(long size, DownloadSink sink) throws IOException {
    if (size > limits.bytes()) {
      sink.restart();
      throw DownloadException.lasting(
          "the file is larger than the limit of " + limits.bytes() + " bytes");
    }
  }

  private DownloadException refused(HttpResponse<?> response) {
    int status = response.statusCode();
    String reason = "HTTP status " + status;
    boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
    if (!passing) {
      return DownloadException.lasting(reason);
    }
    Duration wait =
        RetryAfter.parse(
                response.headers().firstValue("Retry-After").orElse(null),
                downloads.settings().clock().instant())
            .orElse(Duration.ZERO);
    return new DownloadException(new PackageFailure(reason, true, false, wait));
  }

  private static Optional<Matcher> range(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Content-Range")
        .map(value -> CONTENT_RANGE.matcher(value.strip()))
        .filter(Matcher::matches);
  }

  private static long number(Matcher match, int group) {
    String digits = match.group(group);
    return digits == null ? -1 : Long.parseLong(digits);
  }
}
