package io.opamp4j.client.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opamp4j.client.transport.FileServer.Answer;
import io.opamp4j.core.client.PackageFailure;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ProxyConnectionSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single downloads against servers good and bad (PKG-16, E-35). */
@Timeout(60)
class ClientDownloadIT {
  private static final byte[] CONTENT = new byte[300_000];
  private static final DownloadLimits LIMITS =
      new DownloadLimits(1_000_000, Duration.ofSeconds(20));

  static {
    new Random(1).nextBytes(CONTENT);
  }

  private FileServer server;
  private final Memory sink = new Memory();

  @BeforeEach
  void listen() throws IOException {
    server = new FileServer();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void pkg16AFileIsGotWithTheOfferedHeadersAndNoneOfTheConnections() throws Exception {
    server.on("/f", FileServer.file(CONTENT, "\"e\""));
    assertThat(run("/f", Optional.empty())).contains("\"e\"");
    assertThat(sink.bytes()).isEqualTo(CONTENT);
    assertThat(server.requests()).hasSize(1);
    Map<String, String> headers = server.requests().get(0).headers();
    assertThat(headers)
        .containsEntry("authorization", "offered secret")
        .containsEntry("accept-encoding", "identity")
        .doesNotContainKeys("range", "x-connection", "upgrade");
  }

  @Test
  void aDownloadGoesOnWhereItBrokeOff() throws Exception {
    server.on("/f", FileServer.cut(CONTENT, 100_000));
    PackageFailure failure = failure("/f");
    assertThat(failure.passing()).isTrue();
    assertThat(failure.advanced()).as("less than 1 MiB").isFalse();
    int had = sink.bytes().length;
    assertThat(had).isPositive().isLessThanOrEqualTo(100_000);

    server.on("/f", FileServer.file(CONTENT, "\"e\""));
    run("/f", Optional.of("\"e\""));
    assertThat(sink.bytes()).isEqualTo(CONTENT);
    assertThat(server.requests().get(1).headers())
        .containsEntry("range", "bytes=" + had + "-")
        .containsEntry("if-range", "\"e\"");
  }

  @Test
  void anotherFileUnderTheSameUrlIsBegunAnew() throws Exception {
    sink.append(ByteBuffer.wrap(new byte[1000]));
    server.on("/f", FileServer.file(CONTENT, "\"new\""));
    run("/f", Optional.of("\"old\""));
    assertThat(sink.bytes()).isEqualTo(CONTENT);
  }

  @Test
  void aServerWithoutRangesSendsTheWholeFile() throws Exception {
    sink.append(ByteBuffer.wrap(CONTENT, 0, 5000));
    server.on("/f", exchange -> FileServer.send(exchange, 200, CONTENT));
    assertThat(run("/f", Optional.empty())).as("no ETag").isEmpty();
    assertThat(sink.bytes()).isEqualTo(CONTENT);
  }

  @Test
  void aWeakEtagIsNotUsed() throws Exception {
    server.on("/f", FileServer.file(CONTENT, "W/\"e\""));
    assertThat(run("/f", Optional.empty())).isEmpty();
  }

  @Test
  void whatIsWholeAlreadyIsWholeWhenTheServerHasNoMore() throws Exception {
    sink.append(ByteBuffer.wrap(CONTENT));
    server.on("/f", FileServer.file(CONTENT, "\"e\""));
    run("/f", Optional.empty());
    assertThat(sink.bytes()).isEqualTo(CONTENT);
  }

  @Test
  void whatIsLongerThanTheFileIsThrownAway() throws Exception {
    sink.append(ByteBuffer.wrap(new byte[CONTENT.length + 1]));
    server.on("/f", FileServer.file(CONTENT, "\"e\""));
    assertThat(failure("/f").passing()).isTrue();
    assertThat(sink.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes 0-299999/300000",
        "bytes 5001-299999/300000",
        "bytes 4999-299999/300000",
        "bytes */300000",
        "items 5000-299999/300000",
        "bytes 5000",
        "bytes 99999999999999999999-1/1"
      })
  void anotherPartThanAskedForIsThrownAway(String range) throws Exception {
    sink.append(ByteBuffer.wrap(CONTENT, 0, 5000));
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", range);
          FileServer.send(exchange, 206, Arrays.copyOfRange(CONTENT, 5000, CONTENT.length));
        });
    assertThat(failure("/f").passing()).isTrue();
    assertThat(sink.size()).isZero();
  }

  @Test
  void aPartThatWasNotAskedForIsThrownAway() throws Exception {
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 0-9/300000");
          FileServer.send(exchange, 206, new byte[10]);
        });
    assertThat(failure("/f").passing()).isTrue();
    assertThat(sink.size()).isZero();
  }

  @Test
  void aPartThatIsShorterThanTheRestIsGoneOnWith() throws Exception {
    sink.append(ByteBuffer.wrap(CONTENT, 0, 5000));
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 5000-5999/300000");
          FileServer.send(exchange, 206, Arrays.copyOfRange(CONTENT, 5000, 6000));
        });
    assertThat(failure("/f").passing()).isTrue();
    assertThat(sink.bytes()).isEqualTo(Arrays.copyOf(CONTENT, 6000));
  }

  @ParameterizedTest
  @CsvSource({
    "204,false", "400,false", "401,false", "403,false", "404,false", "410,false",
    "408,true", "425,true", "429,true", "500,true", "502,true", "503,true"
  })
  void aRefusalIsPassingIfItSaysSo(int status, boolean passing) {
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "77");
          FileServer.send(exchange, status, new byte[0]);
        });
    PackageFailure failure = failure("/f");
    assertThat(failure.passing()).isEqualTo(passing);
    assertThat(failure.reason()).contains(String.valueOf(status));
    assertThat(failure.retryAfter().toSeconds()).isEqualTo(passing ? 77 : 0);
  }

  @Test
  void aFileThatSaysItIsTooLargeIsRefusedByItsHead() {
    server.on(
        "/f",
        exchange -> {
          exchange.sendResponseHeaders(200, LIMITS.bytes() + 1);
          exchange.getResponseBody().write(1);
        });
    assertThat(failure("/f").passing()).isFalse();
    assertThat(failure("/f").reason()).contains("1000000");
    assertThat(sink.appended).isZero();
  }

  @Test
  void aFileThatDoesNotSayHowLargeItIsIsCutAtTheLimit() {
    server.on("/f", endless());
    PackageFailure failure = failure("/f");
    assertThat(failure.passing()).isFalse();
    assertThat(failure.reason()).contains("limit");
    assertThat(sink.appended).isLessThanOrEqualTo(LIMITS.bytes());
    assertThat(sink.size()).as("its room is free again").isZero();
  }

  @Test
  void aRestThatIsTooLargeIsRefused() throws Exception {
    sink.append(ByteBuffer.wrap(CONTENT, 0, 5000));
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 5000-9999999/10000000");
          exchange.sendResponseHeaders(206, 9_995_000);
          exchange.getResponseBody().write(1);
        });
    assertThat(failure("/f").passing()).isFalse();
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.on(
        "/f",
        exchange -> {
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 10);
          exchange.getResponseBody().flush();
          await(over);
        });
    Download download = downloads().download(new DownloadLimits(1_000_000, Duration.ofMillis(200)));
    DownloadException failure =
        catchThrowableOfType(
            DownloadException.class,
            () -> download.run(offer(server.uri("/f").toString()), Optional.empty(), sink));
    over.countDown();
    assertThat(failure.failure().passing()).isTrue();
    assertThat(sink.bytes()).as("kept for the next attempt").hasSize(10);
  }

  @Test
  void aDownloadCanBeGivenUpWhileItsServerIsSilentAndBeforeItBegins() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/head",
        exchange -> {
          asked.countDown();
          await(over);
        });
    Download download = downloads().download(LIMITS);
    Thread other =
        new Thread(
            () -> {
              await(asked);
              download.cancel();
            });
    other.start();
    assertThatThrownBy(
            () -> download.run(offer(server.uri("/head").toString()), Optional.empty(), sink))
        .isInstanceOf(DownloadException.class);
    other.join();
    over.countDown();

    Download never = downloads().download(LIMITS);
    never.cancel();
    assertThatThrownBy(
            () -> never.run(offer(server.uri("/never").toString()), Optional.empty(), sink))
        .isInstanceOf(DownloadException.class);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aDownloadCanBeGivenUpWhileItsBodyComes() {
    Download download = downloads().download(LIMITS);
    server.on("/f", endless());
    Memory giving =
        new Memory() {
          @Override
          public void came(long total) {
            if (size() > 100_000) {
              download.cancel();
            }
          }
        };
    assertThatThrownBy(
            () -> download.run(offer(server.uri("/f").toString()), Optional.empty(), giving))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("given up");
  }

  @Test
  void aFileThatComesEncodedIsRefused() {
    server.on(
        "/f",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          FileServer.send(exchange, 200, CONTENT);
        });
    assertThat(failure("/f").passing()).isFalse();
    assertThat(sink.appended).isZero();
  }

  @Test
  void aRedirectOnTheSameServerKeepsTheHeaders() throws Exception {
    server.on("/a", redirect("/b")).on("/b", FileServer.file(CONTENT, "\"e\""));
    run("/a", Optional.empty());
    assertThat(sink.bytes()).isEqualTo(CONTENT);
    assertThat(server.requests().get(1).headers()).containsKey("authorization");
  }

  /** SEC-05, E-35: the offered headers are for the offered host. */
  @Test
  void e35ARedirectElsewhereIsFollowedWithoutCredentials() throws Exception {
    try (FileServer elsewhere = new FileServer()) {
      elsewhere.on("/b", FileServer.file(CONTENT, "\"e\""));
      server.on("/a", redirect(elsewhere.uri("/b").toString()));
      sink.append(ByteBuffer.wrap(CONTENT, 0, 7));
      run("/a", Optional.empty());
      assertThat(sink.bytes()).isEqualTo(CONTENT);
      assertThat(elsewhere.requests().get(0).headers())
          .containsEntry("range", "bytes=7-")
          .doesNotContainKey("authorization");
    }
  }

  @Test
  void redirectsEndSomewhere() {
    server.on("/a", redirect("/a"));
    assertThat(failure("/a").passing()).isFalse();
    assertThat(server.requests()).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "file:///etc/passwd",
        "ftp://127.0.0.1/f",
        "//user:secret@127.0.0.1/f",
        "http://",
        "::",
        "javascript:1"
      })
  void aRedirectToNoProperPlaceIsRefused(String location) {
    server.on("/a", redirect(location));
    PackageFailure failure = failure("/a");
    assertThat(failure.passing()).isFalse();
    assertThat(failure.reason()).doesNotContain("secret");
    assertThat(sink.appended).isZero();
  }

  @Test
  void aRedirectWithoutALocationIsRefused() {
    server.on("/a", exchange -> FileServer.send(exchange, 302, new byte[0]));
    assertThat(failure("/a").passing()).isFalse();
    assertThat(server.requests()).as("it is not asked again").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/f",
        "f",
        "http:///f",
        "file:///etc/passwd",
        "jar:file:/x!/y",
        "ftp://host/f",
        "ws://host/f",
        "http://user:secret@host/f",
        "http://ho st/f",
        "http://host:99999999999/f",
        "http://[::1/f",
        "\u0000",
        "http://host/\r\nX: 1"
      })
  void aMaliciousUrlIsRefusedWithoutBeingShown(String url) {
    DownloadException failure =
        catchThrowableOfType(
            DownloadException.class,
            () -> downloads().download(LIMITS).run(offer(url), Optional.empty(), sink));
    assertThat(failure.failure().passing()).isFalse();
    assertThat(failure.failure().reason()).doesNotContain("secret").doesNotContain("passwd");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"Host,x", "Content-Length,1", "``,secret", "`a b`,secret", "`A:`,secret"})
  void aHeaderThatCannotBeSentIsNamedButItsValueIsNot(String name, String value) {
    assertHeaderRefused(name, value);
  }

  @Test
  void aHeaderCannotBringInAnother() {
    assertHeaderRefused("X", "secret\r\nInjected: 1");
  }

  @Test
  void anUnreachableServerMayComeBack() throws Exception {
    URI gone = server.uri("/f");
    server.close();
    DownloadException failure =
        catchThrowableOfType(
            DownloadException.class,
            () -> downloads().download(LIMITS).run(offer(gone.toString()), Optional.empty(), sink));
    assertThat(failure.failure().passing()).isTrue();
  }

  @Test
  void aDownloadTakesTheProxyWithOnlyTheProxysHeaders() throws Exception {
    server.on("/f", FileServer.file(CONTENT, "\"e\""));
    ProxyConnectionSettings.Builder proxy =
        ProxyConnectionSettings.newBuilder().setUrl("http://127.0.0.1:" + server.port());
    proxy.getConnectHeadersBuilder().addHeadersBuilder().setKey("X-Tenant").setValue("secret");
    Downloads downloads = downloads(URI.create("ws://127.0.0.1:1/"), proxy.build());
    downloads.download(LIMITS).run(offer("http://packages.invalid/f"), Optional.empty(), sink);
    assertThat(sink.bytes()).isEqualTo(CONTENT);
    assertThat(server.requests().get(0).headers())
        .containsEntry("host", "packages.invalid")
        .doesNotContainKey("x-tenant");
  }

  private void assertHeaderRefused(String name, String value) {
    DownloadableFile.Builder file =
        DownloadableFile.newBuilder().setDownloadUrl(server.uri("/f").toString());
    file.getHeadersBuilder().addHeadersBuilder().setKey(name).setValue(value);
    DownloadException failure =
        catchThrowableOfType(
            DownloadException.class,
            () -> downloads().download(LIMITS).run(file.build(), Optional.empty(), sink));
    assertThat(failure.failure().passing()).isFalse();
    assertThat(failure.failure().reason()).contains(name).doesNotContain("secret");
    assertThat(server.requests()).isEmpty();
  }

  private Optional<String> run(String path, Optional<String> etag) throws Exception {
    return downloads().download(LIMITS).run(offer(server.uri(path).toString()), etag, sink);
  }

  private PackageFailure failure(String path) {
    return catchThrowableOfType(DownloadException.class, () -> run(path, Optional.empty()))
        .failure();
  }

  private static Answer redirect(String to) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", to);
      FileServer.send(exchange, 302, "moved".getBytes(StandardCharsets.UTF_8));
    };
  }

  private static Answer endless() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      while (true) {
        exchange.getResponseBody().write(CONTENT);
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static DownloadableFile offer(String url) {
    DownloadableFile.Builder file = DownloadableFile.newBuilder().setDownloadUrl(url);
    file.getHeadersBuilder().addHeadersBuilder().setKey("Authorization").setValue("offered secret");
    return file.build();
  }

  private static Downloads downloads() {
    return downloads(URI.create("ws://127.0.0.1:1/"), ProxyConnectionSettings.getDefaultInstance());
  }

  private static Downloads downloads(URI endpoint, ProxyConnectionSettings proxy) {
    Target target =
        new Target(endpoint, () -> Map.of("X-Connection", "secret"), Security.PLATFORM, proxy);
    TransportSettings settings =
        new TransportSettings(
            target, Duration.ofSeconds(20), 1000, 1000, true, InstantSource.system());
    return new Downloads(settings, OpAMPConnectionSettings::getDefaultInstance);
  }

  private static class Memory implements DownloadSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long appended;

    byte[] bytes() {
      return bytes.toByteArray();
    }

    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public void append(ByteBuffer more) {
      byte[] copy = new byte[more.remaining()];
      more.get(copy);
      bytes.writeBytes(copy);
      appended += copy.length;
    }

    @Override
    public void restart() {
      bytes.reset();
    }

    @Override
    public void came(long total) {}
  }
}
