package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the packaged server answers to what an agent says, over both transports where they do not
 * differ. Configurations have {@link OfferIT}.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Backend.class)
class ProtocolIT {
  private static final AtomicInteger AGENTS = new AtomicInteger();
  private static final String DESCRIBED = "/description/identifying/";

  @TempDir static Path folder;

  @Parameter Backend backend;

  private static Backend.Place storage;
  private static ServerProcess server;
  private static Rest rest;

  private final InstanceUid uid = new InstanceUid(0x0190f5c27a3b7c11L, AGENTS.incrementAndGet());
  private final FakeAgent agent = new FakeAgent(uid, "agent", 0x1);

  @BeforeParameterizedClassInvocation
  static void start(Backend backend) {
    storage = backend.at(folder.resolve(backend.name()));
    server =
        ServerProcess.jar(folder.resolve(backend.name()), "--server.port=0")
            .with(storage.environment())
            .start();
    rest = new Rest(server.url());
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    server.close();
    storage.close();
  }

  @Test
  void bothTransportsAreServedOnTheDefaultPath() throws IOException {
    try (Talker socket = new Talker.Socket(new RawWebSocket(server.port(), "/v1/opamp"));
        Talker posts = Talker.Over.HTTP.connect(server.port())) {
      assertThat(socket.say(agent.next()).getInstanceUid()).isEqualTo(uid.toBytes());
      assertThat(rest.awaitState(uid, "Connected").get("transport").asText())
          .isEqualTo("websocket");
      agent.heard(socket.say(agent.goodbye()));

      assertThat(posts.say(agent.next()).getInstanceUid()).isEqualTo(uid.toBytes());
      assertThat(rest.awaitState(uid, "Connected").get("transport").asText()).isEqualTo("http");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyMessageIsAnsweredToItsSender(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      for (int i = 0; i < 20; i++) {
        String text = "state " + i / 3;
        AgentToServer message =
            agent.next(report -> report.setHealth(ComponentHealth.newBuilder().setStatus(text)));
        ServerToAgent answer = talker.say(message);
        assertThat(answer.getInstanceUid()).as("TRN-07, UID-07").isEqualTo(uid.toBytes());
        assertThat(answer.hasErrorResponse()).as("STAT-06").isFalse();
      }
      talker.expectNothingMore();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFirstAnswerTellsTheCapabilities(Talker.Over transport) throws IOException {
    for (int connection = 0; connection < 2; connection++) {
      try (Talker talker = transport.connect(server.port())) {
        long first = talker.say(agent.next()).getCapabilities();
        assertThat(first & 0x1).as("CAP-10").isEqualTo(1);
        assertThat(first & ~Capabilities.DEFINED_SERVER).as("CAP-07").isZero();

        long second = talker.say(agent.next()).getCapabilities();
        assertThat(second).as("CAP-09, E-62").isEqualTo(transport == Talker.Over.HTTP ? first : 0);
        agent.heard(talker.say(agent.goodbye()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBareHeartbeatIsAnsweredByTheUidAlone(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      talker.say(agent.next());
      ServerToAgent answer = talker.say(agent.next());
      if (transport == Talker.Over.HTTP) {
        // Each of its answers is the first one on a connection (E-19, E-62).
        answer = answer.toBuilder().clearCapabilities().clearCustomCapabilities().build();
      }
      assertThat(answer)
          .isEqualTo(ServerToAgent.newBuilder().setInstanceUid(uid.toBytes()).build());
    }
  }

  @ParameterizedTest(name = "{0} then {1}: gap {2}")
  @CsvSource({
    "0, 1, false",
    "0, 3, true",
    "7, 6, true",
    "5, 5, false",
    "-1, 0, false",
    "9, 0, true",
  })
  void aGapIsAnsweredByAskingForTheFullState(long first, long then, boolean gap)
      throws IOException {
    for (Talker.Over transport : Talker.Over.values()) {
      FakeAgent other = new FakeAgent(anotherUid(), "agent", 0x1);
      try (Talker talker = transport.connect(server.port())) {
        assertThat(talker.say(at(first, other.fullState())).getFlags()).isZero();
        assertThat(talker.say(at(then, other.next())).getFlags())
            .as("%s", transport)
            .isEqualTo(gap ? 1 : 0);
        if (gap) {
          assertThat(talker.say(at(then + 1, other.fullState())).getFlags())
              .as("the full state has come")
              .isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownAgentThatLeavesThingsOutIsAskedForAll(Talker.Over transport) throws IOException {
    agent.next();
    try (Talker talker = transport.connect(server.port())) {
      assertThat(agent.heard(talker.say(agent.next()))).as("asked for all").isTrue();
      assertThat(agent.heard(talker.say(agent.fullState()))).as("asked again").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsLeftOutStaysAndWhatIsThereReplaces(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      talker.say(
          agent.next(
              report ->
                  report
                      .setAgentDescription(described("a", "b"))
                      .setHealth(ComponentHealth.newBuilder().setStatus("fine"))));
      talker.say(agent.next());
      JsonNode shown = rest.get("/api/v1/agents/" + uid);
      assertThat(shown.at(DESCRIBED + "a").asText()).as("COMPRESS-03").isEqualTo("value of a");
      assertThat(shown.at("/health/status").asText()).as("COMPRESS-03").isEqualTo("fine");

      talker.say(agent.next(report -> report.setAgentDescription(described("b"))));
      shown = rest.get("/api/v1/agents/" + uid);
      assertThat(shown.at(DESCRIBED + "a").isMissingNode()).as("COMPRESS-04").isTrue();
      assertThat(shown.at(DESCRIBED + "b").asText()).isEqualTo("value of b");
      assertThat(shown.at("/health/status").asText()).isEqualTo("fine");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoeverAsksForAUidGetsAFreshOne(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent answer = talker.say(agent.next().toBuilder().setFlags(1).build());
      assertThat(answer.getInstanceUid()).as("UID-07, E-22").isEqualTo(uid.toBytes());
      ByteString fresh = answer.getAgentIdentification().getNewInstanceUid();
      assertThat(fresh.size()).as("UID-09").isEqualTo(16);
      assertThat(fresh.byteAt(6) >> 4).as("UID-10: version").isEqualTo(7);
      assertThat(fresh.byteAt(8) >> 6 & 3).as("UID-10: variant").isEqualTo(2);
      assertThat(fresh).as("UID-06").isNotEqualTo(uid.toBytes());

      agent.heard(answer);
      assertThat(talker.say(agent.next()).getInstanceUid()).isEqualTo(fresh);
      rest.awaitState(agent.uid(), "Connected");
      assertThat(rest.exchange("GET", "/api/v1/agents/" + uid, null).statusCode())
          .as("D4: the old uid is nobody")
          .isEqualTo(404);
    }
  }

  @ParameterizedTest(name = "{0}, capabilities {1}")
  @CsvSource({"WEBSOCKET, 0", "WEBSOCKET, 1", "HTTP, 0", "HTTP, 1"})
  void anAgentOfFewCapabilitiesIsServedAndNeverAskedForMore(
      Talker.Over transport, long capabilities) throws IOException {
    FakeAgent small = new FakeAgent(uid, "agent", capabilities);
    try (Talker talker = transport.connect(server.port())) {
      for (int i = 0; i < 10; i++) {
        ServerToAgent answer = talker.say(small.next());
        assertThat(answer.getFlags()).as("CFG-04").isZero();
        assertThat(answer.hasErrorResponse()).as("E-60").isFalse();
      }
      talker.expectNothingMore();
      rest.awaitState(uid, "Connected");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "unknown field, 827d012a",
    "unknown capability bits, 2081808080808080808001",
    "unknown flags, 5010",
    "unknown field in the health, 2a04827d012a",
    "unknown status of a configuration, 3a021063",
    "unknown status of a package, 420c 0a0a 0a0170 1205 0a0170 304d",
    "unknown kind of value, 1a09 0a07 0a016b 1202 7801",
  })
  void whatTheServerDoesNotKnowDoesNoHarm(String what, String bytes) throws IOException {
    ByteString unknown = ByteString.copyFrom(HexFormat.of().parseHex(bytes.replace(" ", "")));
    for (Talker.Over transport : Talker.Over.values()) {
      FakeAgent modern = new FakeAgent(anotherUid(), "agent", 0x1);
      AgentToServer message = AgentToServer.parseFrom(modern.next().toByteString().concat(unknown));
      try (Talker talker = transport.connect(server.port())) {
        assertThat(talker.say(message).hasErrorResponse()).as(what).isFalse();
        assertThat(talker.say(modern.next()).hasErrorResponse()).as("the next").isFalse();
        assertThat(rest.get("/api/v1/agents/" + modern.uid()).get("transport")).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anyHealthIsTakenAndShown(Talker.Over transport) throws IOException {
    ComponentHealth health =
        ComponentHealth.newBuilder()
            .setHealthy(true)
            .setStatus("Ünusual / \u0001 status")
            .addAttributes(attribute("since"))
            .build();
    for (int level = 0; level < 40; level++) {
      health =
          ComponentHealth.newBuilder()
              .setHealthy(true)
              .putComponentHealthMap("part", health)
              .build();
    }
    ComponentHealth tree = health;
    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent answer = talker.say(agent.next(report -> report.setHealth(tree)));

      assertThat(answer.hasErrorResponse()).as("HEALTH-07").isFalse();
      assertThat(
              rest.get("/api/v1/agents/" + uid)
                  .at("/health" + "/components/part".repeat(40) + "/status")
                  .asText())
          .as("HEALTH-04, HEALTH-05")
          .isEqualTo("Ünusual / \u0001 status");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCopyOfAMessageIsAnswered(Talker.Over transport) throws IOException {
    AgentToServer message = agent.next();
    try (Talker talker = transport.connect(server.port())) {
      for (int copy = 0; copy < 3; copy++) {
        ServerToAgent answer = talker.say(message);
        assertThat(answer.getInstanceUid()).isEqualTo(uid.toBytes());
        assertThat(answer.hasErrorResponse()).isFalse();
        assertThat(answer.getFlags()).as("E-20").isZero();
      }
      assertThat(talker.say(agent.next()).getFlags()).as("in step").isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aGoodbyeIsAnsweredAndEndsTheAgent(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      talker.say(agent.next());
      rest.awaitState(uid, "Connected");

      assertThat(talker.say(agent.goodbye()).getInstanceUid()).as("E-17").isEqualTo(uid.toBytes());
      rest.awaitState(uid, "Disconnected");
    }
  }

  @Test
  void agentsThatShareASocketComeAndGoAlone() throws IOException {
    FakeAgent second = new FakeAgent(anotherUid(), "agent", 0x1);
    FakeAgent third = new FakeAgent(anotherUid(), "agent", 0x1);
    List<FakeAgent> all = List.of(agent, second, third);
    try (Talker talker = Talker.Over.WEBSOCKET.connect(server.port())) {
      for (int round = 0; round < 3; round++) {
        for (FakeAgent one : all) {
          assertThat(talker.say(one.next()).getInstanceUid())
              .as("TRN-08")
              .isEqualTo(one.uid().toBytes());
        }
      }
      assertThat(talker.say(second.goodbye()).getInstanceUid()).isEqualTo(second.uid().toBytes());
      rest.awaitState(second.uid(), "Disconnected");
      assertThat(talker.say(third.next()).hasErrorResponse()).isFalse();
      rest.awaitState(uid, "Connected");
      rest.awaitState(third.uid(), "Connected");
      talker.expectNothingMore();
    }
    rest.awaitState(uid, "Disconnected");
    rest.awaitState(third.uid(), "Disconnected");
  }

  @ParameterizedTest
  @EnumSource
  void aCustomMessageNobodyKnowsIsAcknowledged(Talker.Over transport) throws IOException {
    CustomMessage message =
        CustomMessage.newBuilder()
            .setCapability("com.example.nobody/v1")
            .setType("hello")
            .setData(ByteString.copyFrom(new byte[] {0, -1, 7}))
            .build();
    try (Talker talker = transport.connect(server.port())) {
      talker.say(agent.next());
      ServerToAgent answer = talker.say(agent.next().toBuilder().setCustomMessage(message).build());

      assertThat(answer.hasErrorResponse()).isFalse();
      assertThat(answer.hasCustomMessage()).isFalse();
      assertThat(talker.say(agent.next()).hasErrorResponse()).isFalse();
      rest.awaitState(uid, "Connected");
    }
  }

  @Test
  void badRequestsOnlyAnswerMessages() throws IOException {
    try (RawWebSocket socket = new RawWebSocket(server.port())) {
      Talker talker = new Talker.Socket(socket);
      byte[] malformed = RawWebSocket.masked(RawWebSocket.BINARY, new byte[] {1, 2});
      talker.say(agent.next());
      for (int i = 0; i < 5; i++) {
        socket.send(malformed);
        assertThat(socket.answer().hasErrorResponse()).isTrue();
        assertThat(talker.say(agent.next()).hasErrorResponse()).as("ERR-07").isFalse();
      }
      talker.expectNothingMore();
    }
  }

  @Test
  void aGatewaysMessageWithoutUidDisturbsNobodyOnItsSocket() throws IOException {
    CustomMessage connect =
        CustomMessage.newBuilder()
            .setCapability("com.bindplane.opamp-gateway")
            .setType("connect")
            .setData(ByteString.copyFromUtf8("{}"))
            .build();
    AgentToServer control = AgentToServer.newBuilder().setCustomMessage(connect).build();
    try (Talker talker = Talker.Over.WEBSOCKET.connect(server.port())) {
      for (int i = 0; i < 12; i++) {
        ServerToAgent answer = talker.say(control);
        assertThat(answer.hasErrorResponse()).as("E-24").isFalse();
        assertThat(answer.getInstanceUid().isEmpty()).as("E-24").isTrue();
        assertThat(talker.say(agent.next()).getInstanceUid()).isEqualTo(uid.toBytes());
      }
      AgentToServer other =
          control.toBuilder()
              .setCustomMessage(connect.toBuilder().setCapability("com.example.other"))
              .build();
      assertThat(talker.say(other).hasErrorResponse()).as("E-24: nobody's").isTrue();
      assertThat(talker.say(agent.next()).hasErrorResponse()).isFalse();
      rest.awaitState(uid, "Connected");
      talker.expectNothingMore();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyIsOfferedAnIntervalWithoutAnEndpoint(Talker.Over transport) throws IOException {
    FakeAgent willing = new FakeAgent(uid, "agent", 0x2101);
    try (Talker talker = transport.connect(server.port())) {
      assertThat(talker.say(willing.next()).hasConnectionSettings()).as("E-29").isFalse();
      assertThat(talker.say(willing.next()).hasConnectionSettings()).as("E-29").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oddPackageProgressIsTaken(Talker.Over transport) throws IOException {
    FakeAgent packaged = new FakeAgent(uid, "agent", 0x11);
    PackageStatus installed =
        PackageStatus.newBuilder()
            .setName("p")
            .setStatus(PackageStatusEnum.PackageStatusEnum_Installed)
            .setDownloadDetails(
                PackageDownloadDetails.newBuilder()
                    .setDownloadPercent(Double.NaN)
                    .setDownloadBytesPerSecond(Double.POSITIVE_INFINITY))
            .build();
    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent answer =
          talker.say(
              packaged.next(
                  report ->
                      report.setPackageStatuses(
                          PackageStatuses.newBuilder().putPackages("p", installed))));

      assertThat(answer.hasErrorResponse()).isFalse();
      assertThat(rest.get("/api/v1/agents/" + uid).at("/packages/0/status").asText())
          .isEqualTo("Installed");
    }
  }

  @Test
  void eachRequestMayHaveAConnectionOfItsOwn() throws IOException {
    for (int i = 0; i < 5; i++) {
      try (Talker talker = Talker.Over.HTTP.connect(server.port())) {
        ServerToAgent answer = talker.say(agent.next());
        assertThat(answer.hasErrorResponse()).isFalse();
        assertThat(answer.getFlags()).as("nothing was missed").isZero();
      }
    }
    rest.awaitState(uid, "Connected");
  }

  @Test
  void theUidOfTheBodyWinsOverThatOfTheHeader() throws IOException {
    InstanceUid other = anotherUid();
    Talker.Posts posts = new Talker.Posts(server.port());

    HttpResponse<byte[]> response =
        posts.post(agent.next(), "OpAMP-Instance-UID", other.toString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(ServerToAgent.parseFrom(response.body()).getInstanceUid()).isEqualTo(uid.toBytes());
    rest.awaitState(uid, "Connected");
    assertThat(rest.exchange("GET", "/api/v1/agents/" + other, null).statusCode()).isEqualTo(404);
  }

  private static InstanceUid anotherUid() {
    return new InstanceUid(0x0190f5c27a3b7c11L, AGENTS.incrementAndGet());
  }

  private static AgentToServer at(long sequence, AgentToServer message) {
    return message.toBuilder().setSequenceNum(sequence).build();
  }

  private static AgentDescription described(String... keys) {
    AgentDescription.Builder description = AgentDescription.newBuilder();
    for (String key : keys) {
      description.addIdentifyingAttributes(attribute(key));
    }
    return description.build();
  }

  private static KeyValue attribute(String key) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue("value of " + key))
        .build();
  }
}
