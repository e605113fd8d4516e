package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.ChunkedOutput;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class RestBridgeIT {
  private static final int LARGE = 20_000_000;

  private static ListenerUnderTest server;
  private RawPeer peer;

  @BeforeAll
  static void start() throws IOException {
    server = ListenerUnderTest.start(new ResourceConfig(Things.class));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    peer = new RawPeer(server.port());
  }

  @AfterEach
  void disconnect() throws IOException {
    peer.close();
  }

  @Test
  void handsOverPathQueryAndHeadersAndKeepsTheConnection() throws IOException {
    for (int i = 0; i < 3; i++) {
      peer.send(get("/api/things/a%20b?q=1%262", "X-Thing: x\r\n"));

      RawPeer.Response response = peer.response();

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.text())
          .isEqualTo("a b|1&2|x|http://x/api/things/a%20b?q=1%262|opamp-rest");
      assertThat(response.headers()).containsEntry("X-Content-Type-Options", "nosniff");
    }
  }

  @Test
  void answersHeadWithTheHeadersOfGetAndNoBody() throws IOException {
    peer.send("HEAD /api/things/a HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(peer.response(true).status()).isEqualTo(200);

    peer.send(get("/api/things/a", ""));
    assertThat(peer.response().text()).startsWith("a|");
  }

  @Test
  void answersOptionsAndRefusesOtherMethods() throws IOException {
    peer.send("OPTIONS /api/things/a HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(peer.response().headers().get("Allow")).contains("GET");

    peer.send("DELETE /api/things/a HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(peer.response().status()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api", "/api/", "/api/nothing", "/api/../v1/opamp"})
  void answers404BelowApiForWhatIsNotThere(String path) throws IOException {
    peer.send(get(path, ""));

    assertThat(peer.response().status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/{", "/api/%zz", "/api/things?q=%"})
  void refusesATargetThatIsNoUri(String target) throws IOException {
    peer.send(get(target, ""));

    RawPeer.Response response = peer.response();
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.headers()).containsEntry("Content-Type", "application/problem+json");
    assertThat(response.text())
        .contains("\"detail\":\"the request target or the Host header is not valid\"");
  }

  @Test
  void hidesTheCauseOfAFailureFromThePeer() throws IOException {
    peer.send(get("/api/things/broken/now", ""));

    RawPeer.Response response = peer.response();

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.headers()).containsEntry("Content-Type", "application/problem+json");
    assertThat(response.text()).isEqualTo("{\"status\":500,\"title\":\"Internal Server Error\"}");
  }

  @Test
  void streamsALargeBodyInBothDirections() throws IOException {
    peer.send("POST /api/things/sum HTTP/1.1\r\nHost: x\r\nContent-Length: " + LARGE + "\r\n\r\n");
    peer.send(new byte[LARGE]);
    assertThat(peer.response().text()).isEqualTo(String.valueOf(LARGE));

    peer.send(get("/api/things/large/file", ""));
    RawPeer.Response response = peer.response();
    assertThat(response.headers()).containsEntry("Transfer-Encoding", "chunked");
    assertThat(response.body()).hasSize(LARGE);
  }

  @Test
  void waitsForThePeerBeforeReadingABodyItAnnounced() throws IOException {
    peer.send(
        "POST /api/things/sum HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            + "Content-Length: 3\r\n\r\n");
    assertThat(peer.response().status()).isEqualTo(100);
    peer.send("abc");
    assertThat(peer.response().text()).isEqualTo("3");
  }

  @Test
  void closesTheConnectionWhenABodyWasNotRead() throws IOException {
    peer.send("POST /api/things/ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");

    RawPeer.Response response = peer.response();

    assertThat(response.status()).isEqualTo(204);
    assertThat(response.headers()).containsEntry("Connection", "close");
    peer.send(new byte[1_000_000]);
    assertThat(peer.isAtEnd()).isTrue();
  }

  @Test
  void sendsWhatAStreamFlushesAtOnce() throws Exception {
    Things.release = new CountDownLatch(1);
    peer.send(get("/api/things/slow/stream", ""));
    assertThat(readUntil("first")).doesNotContain("second");
    Things.release.countDown();
    assertThat(readUntil("second")).doesNotContain("first");
  }

  @Test
  void tellsAStreamThatItsPeerHasGone() throws Exception {
    Things.failed = new CountDownLatch(1);
    peer.send(get("/api/things/endless/stream", ""));
    assertThat(peer.socket().getInputStream().read()).isEqualTo('H');

    peer.reset();

    assertThat(Things.failed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void endsASuspendedRequestAtItsTimeout() throws IOException {
    peer.send(get("/api/things/suspended/request", ""));

    assertThat(peer.response().status()).isEqualTo(503);
  }

  @Test
  void speaksHttp10WithoutChunks() throws IOException {
    peer.send("GET /api/things/large/file HTTP/1.0\r\nHost: x\r\n\r\n");

    assertThat(peer.response().headers()).doesNotContainKey("Transfer-Encoding");
    assertThat(peer.socket().getInputStream().readAllBytes()).hasSize(LARGE);
  }

  private String readUntil(String word) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(word) < 0) {
      int c = peer.socket().getInputStream().read();
      assertThat(c).as("after " + seen).isNotNegative();
      seen.append((char) c);
    }
    return seen.toString();
  }

  private static String get(String path, String headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
  }

  /** What the bridge is tried with. Fields are static because Jersey makes an instance per call. */
  @Path("/api/things")
  public static final class Things {
    private static volatile CountDownLatch release = new CountDownLatch(0);
    private static volatile CountDownLatch failed = new CountDownLatch(0);

    @GET
    @Path("{name}")
    @Produces("text/plain")
    public String read(
        @PathParam("name") String name,
        @QueryParam("q") String query,
        @Context HttpHeaders headers,
        @Context UriInfo uri) {
      String thread = Thread.currentThread().getName().replaceAll("-\\d.*", "");
      return String.join(
          "|",
          name,
          query,
          headers.getHeaderString("X-Thing"),
          uri.getRequestUri().toString(),
          thread);
    }

    @GET
    @Path("broken/now")
    @SuppressWarnings("DoNotCallSuggester") // Called by Jersey.
    public String broken() {
      throw new IllegalStateException("secret");
    }

    @POST
    @Path("sum")
    @Produces("text/plain")
    public String sum(InputStream body) throws IOException {
      long sum = 0;
      byte[] buffer = new byte[10_000];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        sum += n;
      }
      return String.valueOf(sum);
    }

    @POST
    @Path("ignore")
    public Response ignore() {
      return Response.noContent().build();
    }

    @GET
    @Path("large/file")
    @Produces("application/octet-stream")
    public StreamingOutput large() {
      return out -> {
        byte[] piece = new byte[100_000];
        for (int sent = 0; sent < LARGE; sent += piece.length) {
          out.write(piece);
        }
      };
    }

    @GET
    @Path("slow/stream")
    @Produces("text/plain")
    public ChunkedOutput<String> slow() {
      ChunkedOutput<String> out = new ChunkedOutput<>(String.class);
      CompletableFuture<Void> unused =
          CompletableFuture.runAsync(
              () -> {
                try (out) {
                  out.write("first");
                  release.await(10, TimeUnit.SECONDS);
                  out.write("second");
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      return out;
    }

    @GET
    @Path("endless/stream")
    @Produces("application/octet-stream")
    public StreamingOutput endless() {
      return out -> {
        try {
          byte[] piece = new byte[10_000];
          while (failed.getCount() > 0) {
            out.write(piece);
            out.flush();
          }
        } catch (IOException e) {
          failed.countDown();
          throw e;
        }
      };
    }

    @GET
    @Path("suspended/request")
    public void suspended(@Suspended AsyncResponse response) {
      response.setTimeout(50, TimeUnit.MILLISECONDS);
    }
  }
}
