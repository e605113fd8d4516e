package io.opamp4j.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files for packages, and what can go wrong with them. */
@Timeout(30)
class DownloadsIT {
  private final ScriptedServer server = ScriptedServer.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI file = server.file("/p", "0123456789".getBytes(StandardCharsets.US_ASCII));

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "bytes=0-,   206, 0123456789, bytes 0-9/10",
    "bytes=4-,   206, 456789,     bytes 4-9/10",
    "bytes=4-5,  206, 45,         bytes 4-5/10",
    "bytes=9-99, 206, 9,          bytes 9-9/10",
    "bytes=10-,  416, '',         bytes */10",
    "lines=1-,   200, 0123456789, ",
  })
  void servesByteRanges(String range, int status, String body, String contentRange)
      throws Exception {
    HttpResponse<String> response = get("Range", range);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).isEqualTo(body);
    assertThat(response.headers().firstValue("content-range").orElse(null)).isEqualTo(contentRange);
  }

  @Test
  void aRangeIsServedWholeIfTheFileIsAnotherNow() throws Exception {
    String etag = get().headers().firstValue("etag").orElseThrow();
    assertThat(get("Range", "bytes=5-", "If-Range", etag).body()).isEqualTo("56789");
    server.file("/p", "abcdefghij".getBytes(StandardCharsets.US_ASCII));
    HttpResponse<String> changed = get("Range", "bytes=5-", "If-Range", etag);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.body()).isEqualTo("abcdefghij");
    assertThat(changed.headers().firstValue("etag")).isNotEqualTo(etag);
    assertThat(server.awaitDownload().header("range")).isEmpty();
    assertThat(server.awaitDownload().header("range")).contains("bytes=5-");
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void faultsAreUsedUpOneByOne() throws Exception {
    server.nextDownload().refuse(404);
    server.nextDownload().redirect(URI.create("http://elsewhere/p"));
    server.nextDownload().wrongContent(new byte[] {'w'});
    server.nextDownload().ignoreRange();
    server.nextDownload().serve();
    server.nextDownload().cutAfter(3);
    assertThat(get().statusCode()).isEqualTo(404);
    assertThat(get().headers().firstValue("location")).contains("http://elsewhere/p");
    assertThat(get().body()).isEqualTo("w");
    assertThat(get("Range", "bytes=8-").body()).isEqualTo("0123456789");
    assertThat(get().body()).isEqualTo("0123456789");
    assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    assertThat(get().body()).isEqualTo("0123456789");
    assertThat(server.downloads()).hasSize(7);
  }

  @Test
  void theRestComesWhenTheTestSaysSo() throws Exception {
    Held rest = server.nextDownload().holdAfter(4);
    CompletableFuture<HttpResponse<String>> download =
        http.sendAsync(HttpRequest.newBuilder(file).build(), BodyHandlers.ofString());
    server.awaitDownload();
    assertThat(download).isNotDone();
    rest.release();
    assertThat(download.get(10, TimeUnit.SECONDS).body()).isEqualTo("0123456789");
  }

  private HttpResponse<String> get(String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(file).version(HttpClient.Version.HTTP_1_1);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
