package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.config;
import static io.opamp4j.client.Messages.health;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client over plain HTTP. The test answers each request by hand. */
@Timeout(30)
class ClientHttpIT {
  private final Heard heard = new Heard();
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private HttpServer server;
  private OpampClient client;

  /** A request that waits for its answer. */
  private record Request(HttpExchange exchange, byte[] body) {
    String header(String name) {
      return exchange.getRequestHeaders().getFirst(name);
    }

    AgentToServer message() throws Exception {
      boolean gzip = "gzip".equals(header("Content-Encoding"));
      return Bodies.agentToServer(new ByteArrayInputStream(body), gzip, Messages.LIMIT);
    }

    void answer(ServerToAgent.Builder message) throws IOException {
      answer(200, message.build().toByteArray());
    }

    void answer(int status, byte[] content) throws IOException {
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
      exchange.close();
    }
  }

  @BeforeEach
  void listen() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext(
        "/",
        exchange -> requests.add(new Request(exchange, exchange.getRequestBody().readAllBytes())));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ZERO);
    }
    server.stop(0);
  }

  @Test
  void theFirstRequestIsAPostWithTheReportAndNoHeaderByte() throws Exception {
    start(builder().health(health("ok")));
    Request request = request();
    assertThat(request.exchange().getRequestMethod()).isEqualTo("POST");
    assertThat(request.exchange().getRequestURI().getPath()).isEqualTo("/v1/opamp");
    assertThat(request.exchange().getProtocol()).isEqualTo("HTTP/1.1");
    assertThat(request.header("Content-Type")).as("HTTP-10").isEqualTo("application/x-protobuf");
    assertThat(request.header("Accept-Encoding")).isEqualTo("gzip");
    assertThat(request.header("Upgrade")).isNull();
    assertThat(request.header("OpAMP-Instance-UID")).as("HTTP-14").isEqualTo(UID.toString());
    assertThat(request.body()[0]).as("HTTP-01").isEqualTo((byte) 0x0A);
    assertThat(request.message().getHealth()).isEqualTo(health("ok"));
    request.answer(answer());
    assertThat(heard.next()).isEqualTo("connected");
  }

  @Test
  void aConfigIsAppliedAndReportedInTheNextRequestAtOnce() throws Exception {
    start(builder().remoteConfig(offer -> RemoteConfigResult.applied()));
    request().answer(answer().setRemoteConfig(config("a")));
    AgentToServer status = request().message();
    assertThat(status.getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED);
  }

  @Test
  void largerBodiesAreCompressedAndCompressedAnswersUnderstood() throws Exception {
    start(builder().effectiveConfig(Messages.effective("z".repeat(5000))));
    Request request = request();
    assertThat(request.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(request.body()).startsWith(0x1F, 0x8B).hasSizeLessThan(1000);
    assertThat(request.message().getEffectiveConfig())
        .isEqualTo(Messages.effective("z".repeat(5000)));
    request.exchange().getResponseHeaders().set("Content-Encoding", "gzip");
    request.answer(200, gzip(answer().build().toByteArray()));
    assertThat(heard.next()).isEqualTo("connected");
  }

  /** HTTP-16. */
  @Test
  void aServerThatClosesAfterEachAnswerIsServedLikeAnyOther() throws Exception {
    start(builder().health(health("ok")));
    int port = 0;
    for (int i = 0; i < 4; i++) {
      Request request = request();
      assertThat(request.message().getSequenceNum()).isEqualTo(i);
      assertThat(request.exchange().getRemoteAddress().getPort())
          .as("a connection of its own")
          .isNotEqualTo(port);
      port = request.exchange().getRemoteAddress().getPort();
      request.exchange().getResponseHeaders().set("Connection", "close");
      request.answer(answer());
      client.setHealth(health("state " + i));
    }
    assertThat(heard.next()).isEqualTo("connected");
    assertThat(request().message().getHealth()).isEqualTo(health("state 3"));
  }

  @Test
  void pollsGoOutInTheIntervalAndOneAtATime() throws Exception {
    start(builder().heartbeatInterval(Duration.ofMillis(20)));
    request().answer(answer());
    for (int i = 0; i < 3; i++) {
      Request poll = request();
      assertThat(Section.presentIn(poll.message())).isEmpty();
      client.setHealth(health("state " + i));
      assertThat(requests).as("HTTP-08").isEmpty();
      poll.answer(answer());
      Request news = request();
      assertThat(news.message().getHealth().getStatus()).isEqualTo("state " + i);
      news.answer(answer());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "302, REDIRECTED",
    "400, BAD_REQUEST",
    "401, UNAUTHORIZED",
    "403, FORBIDDEN",
    "404, REJECTED",
    "429, THROTTLED",
    "500, SERVER_ERROR",
    "503, THROTTLED"
  })
  void aRefusedRequestIsToldApartByItsStatusAndTriedAgain(int status, LossKind kind)
      throws Exception {
    start(builder().health(health("ok")));
    Request refused = request();
    refused.exchange().getResponseHeaders().set("Location", "/elsewhere");
    refused.answer(status, new byte[0]);
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(kind);
    Request again = request();
    assertThat(again.exchange().getRequestURI().getPath()).isEqualTo("/v1/opamp");
    assertThat(again.message().hasHealth()).as("400 is not repeated").isEqualTo(status != 400);
  }

  @Test
  void retryAfterIsHonoured() throws Exception {
    start(builder());
    Request refused = request();
    refused.exchange().getResponseHeaders().set("Retry-After", "120");
    refused.answer(429, new byte[0]);
    assertThat(heard.next(Heard.Failed.class).retryIn()).isEqualTo(Duration.ofSeconds(120));
  }

  @Test
  void whatIsTooLargeForTheServerIsNotSentAgain() throws Exception {
    start(builder().health(health("ok")).effectiveConfig(Messages.effective("z".repeat(5000))));
    request().answer(413, new byte[0]);
    assertThat(heard.next()).isEqualTo(Section.EFFECTIVE_CONFIG);
    AgentToServer smaller = request().message();
    assertThat(smaller.hasEffectiveConfig()).as("LIM-19").isFalse();
    assertThat(smaller.hasHealth()).isTrue();
  }

  @Test
  void aBadRequestWithAnExplanationIsPassedOnAndNotRepeated() throws Exception {
    start(builder().health(health("ok")));
    request()
        .answer(
            400,
            ServerToAgent.newBuilder()
                .setErrorResponse(
                    ServerErrorResponse.newBuilder()
                        .setType(ServerErrorResponseType.ServerErrorResponseType_BadRequest)
                        .setErrorMessage("no uid"))
                .build()
                .toByteArray());
    assertThat(heard.next(ServerErrorResponse.class).getErrorMessage()).isEqualTo("no uid");
    client.setEffectiveConfig(Messages.effective("x"));
    assertThat(request().message().hasHealth()).isFalse();
  }

  @Test
  void anAnswerOverTheLimitIsNotProcessedEvenIfItIsSmallOnTheWire() throws Exception {
    start(builder().receiveLimit(10_000).remoteConfig(offer -> RemoteConfigResult.applied()));
    Request request = request();
    request.exchange().getResponseHeaders().set("Content-Encoding", "gzip");
    request.answer(
        200, gzip(answer().setRemoteConfig(config("x".repeat(1_000_000))).build().toByteArray()));
    assertThat(heard.next(String.class)).startsWith("malformed: ");
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.MALFORMED);
    assertThat(request().message().hasRemoteConfigStatus()).as("LIM-22").isFalse();
  }

  @Test
  void rubbishInsteadOfAnAnswerIsAFailedRequest() throws Exception {
    start(builder());
    byte[] rubbish = new byte[50];
    Arrays.fill(rubbish, (byte) 0xFF);
    request().answer(200, rubbish);
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.MALFORMED);
    request();
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAndAskedAgain() throws Exception {
    start(builder().answerTimeout(Duration.ofMillis(200)));
    request();
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.TIMEOUT);
    request().answer(answer());
    assertThat(heard.next(String.class)).isEqualTo("connected");
  }

  @Test
  void anAnswerThatTricklesForEverIsGivenUp() throws Exception {
    start(builder().answerTimeout(Duration.ofMillis(200)));
    Request request = request();
    request.exchange().sendResponseHeaders(200, 100);
    request.exchange().getResponseBody().write(10);
    request.exchange().getResponseBody().flush();
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.TIMEOUT);
    request().answer(answer());
  }

  @Test
  void aRefusedConnectionAndAnUnknownHostAreToldApart() throws Exception {
    int closed;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = free.getLocalPort();
    }
    start(builder(URI.create("http://127.0.0.1:" + closed)));
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.UNREACHABLE);
    client.stop(Duration.ofSeconds(5));

    Heard other = new Heard();
    try (OpampClient lost =
        OpampClient.builder(URI.create("http://host.invalid:1/")).listener(other).build()) {
      lost.start();
      assertThat(other.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.UNKNOWN_HOST);
    }
  }

  @Test
  void headersAreAskedForOnEachRequest() throws Exception {
    start(builder().headers(() -> Map.of("Authorization", "Bearer " + System.nanoTime())));
    Request first = request();
    first.answer(401, new byte[0]);
    assertThat(request().header("Authorization"))
        .startsWith("Bearer ")
        .isNotEqualTo(first.header("Authorization"));
  }

  @Test
  void stopSaysGoodbyeInALastRequest() throws Exception {
    start(builder());
    request().answer(answer());
    assertThat(heard.next()).isEqualTo("connected");
    CompletableFuture<Boolean> stopped =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.stop(Duration.ofSeconds(10));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Request last = request();
    assertThat(last.message().hasAgentDisconnect()).as("CLOSE-04").isTrue();
    last.answer(answer());
    assertThat(stopped.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard.next()).isEqualTo("stopped");
  }

  private ClientBuilder builder() {
    return builder(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint).instanceUid(UID).backoff(Messages.QUICK).listener(heard);
  }

  private void start(ClientBuilder builder) {
    client = builder.build();
    client.start();
  }

  private Request request() throws InterruptedException {
    Request request = requests.poll(10, TimeUnit.SECONDS);
    assertThat(request).as("a request within 10 s").isNotNull();
    return request;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }
}
