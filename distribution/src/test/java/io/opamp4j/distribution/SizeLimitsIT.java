package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The packaged server with limits, and a path, that are not the defaults; and the defaults. */
class SizeLimitsIT {
  private static final String PATH = "/agents/here";
  private static final int RECEIVED = 64 * 1024;
  private static final int SENT = 16 * 1024;

  @TempDir static Path folder;

  private static ServerProcess server;
  private static Rest rest;

  @BeforeAll
  static void start() {
    server =
        ServerProcess.jar(
                folder,
                "--server.port=0",
                "--agents.path=" + PATH,
                "--agents.max-received-message-size=" + RECEIVED,
                "--agents.max-sent-message-size=" + SENT)
            .start();
    rest = new Rest(server.url());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "server.port, 4320, TRN-05 E-58",
    "agents.path, /v1/opamp, TRN-03",
    "agents.max-received-message-size, 64MiB, LIM-02 E-15",
    "agents.max-sent-message-size, 64MiB, LIM-02 E-15",
    "agents.min-retry-after, 30s, THROTTLE-10",
    "agents.heartbeat-interval, 30s, HB-03",
  })
  void theDefaultsAreThoseOfTheProtocol(String key, String value, String ids, @TempDir Path empty) {
    ServerProcess.Result result = ServerProcess.jar(empty, "--check-config").run();

    assertThat(result.out())
        .as(ids)
        .containsPattern(Pattern.quote(key) + ": +" + Pattern.quote(value) + " +# default");
  }

  @ParameterizedTest
  @CsvSource({"ws", "http"})
  void anotherPathIsServedAndTheDefaultOneIsNot(String scheme) throws IOException {
    URI endpoint = URI.create(scheme + "://127.0.0.1:" + server.port() + PATH);
    try (OwnAgent agent = new OwnAgent(endpoint)) {
      rest.awaitState(agent.uid(), "Connected");
    }
    assertThat(new Talker.Posts(server.port()).post(AgentToServer.getDefaultInstance()))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(404);
    assertThat(rest.exchange("GET", "/v1/opamp", null).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource
  void anOfferAboveTheLimitIsNotSentAndIsLogged(Talker.Over transport) throws IOException {
    String name = "large-" + transport.name().toLowerCase(java.util.Locale.ROOT);
    InstanceUid uid = new InstanceUid(0x0190f5c27a3b7c11L, 100 + transport.ordinal());
    FakeAgent agent = new FakeAgent(uid, name, 0x1003);
    rest.post(
        "/api/v1/configurations",
        Map.of(
            "name",
            name,
            "selector",
            "service.name=" + name,
            "files",
            Map.of("a.yaml", Map.of("body", "x".repeat(SENT)))));

    if (transport == Talker.Over.WEBSOCKET) {
      try (Talker talker = new Talker.Socket(new RawWebSocket(server.port(), PATH))) {
        ServerToAgent answer = talker.say(agent.next());
        assertThat(answer.getErrorResponse().getType())
            .as("E-16: the message is answered all the same")
            .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unknown);
        assertThat(answer.getErrorResponse().hasRetryInfo()).as("ERR-08").isFalse();
        assertThat(answer)
            .as("ERR-01")
            .isEqualTo(
                ServerToAgent.newBuilder()
                    .setInstanceUid(uid.toBytes())
                    .setErrorResponse(answer.getErrorResponse())
                    .build());
        assertThat(talker.say(agent.next()).getInstanceUid())
            .as("E-16: the connection stays")
            .isEqualTo(uid.toBytes());
      }
      server.awaitErr(Pattern.compile("ERROR.*a message was not sent: .*" + SENT));
    } else {
      HttpResponse<byte[]> response = posts().post(agent.next());
      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body()).as("LIM-25").hasSizeLessThan(SENT);
      server.awaitErr(Pattern.compile("ERROR.*an answer was not sent: .*" + SENT));
    }
  }

  @Test
  void aMessageAboveTheLimitChangesNothing() throws IOException {
    InstanceUid uid = new InstanceUid(0x0190f5c27a3b7c11L, 200);
    FakeAgent agent = new FakeAgent(uid, "agent", 0x801);
    try (RawWebSocket socket = new RawWebSocket(server.port(), PATH)) {
      new Talker.Socket(socket)
          .say(
              agent.next(
                  report -> report.setHealth(ComponentHealth.newBuilder().setHealthy(true))));
      AgentToServer large =
          agent.next(
              report ->
                  report
                      .setHealth(ComponentHealth.newBuilder().setLastError("never to be read"))
                      .setAvailableComponents(
                          AvailableComponents.newBuilder()
                              .setHash(ByteString.copyFrom(new byte[RECEIVED]))));

      assertThat(posts().post(large).statusCode()).as("LIM-18").isEqualTo(413);
      rest.awaitState(uid, "Connected");
      byte[] frame = new byte[large.getSerializedSize() + 1];
      System.arraycopy(large.toByteArray(), 0, frame, 1, frame.length - 1);
      socket.send(RawWebSocket.masked(RawWebSocket.BINARY, frame));
      assertThat(socket.closeCode()).as("LIM-06, and no answer before it").isEqualTo(1009);
    }
    assertThat(rest.awaitState(uid, "Disconnected").at("/health/healthy").asBoolean())
        .as("LIM-05")
        .isTrue();
  }

  private static Talker.Posts posts() {
    return new Talker.Posts(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        URI.create("http://127.0.0.1:" + server.port() + PATH));
  }
}
