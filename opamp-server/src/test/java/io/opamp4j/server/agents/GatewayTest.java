package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many agents on one socket (TRN-08), and what their gateway says for itself (E-24). */
class GatewayTest {
  private static final long HEARTBEATING = 0x2001;

  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final FakeConnection socket = FakeConnection.socket("gateway");
  private final List<InstanceUid> agents = new ArrayList<>();

  @Test
  void answersTheGatewayItselfWithoutAUidAndWithoutAnError_E24() {
    hub.deliver(socket, first(UID, 1));
    assertThat(hub.deliver(socket, control("")))
        .containsExactly(ServerToAgent.getDefaultInstance());
    CustomMessage question = control("{}").getCustomMessage();
    assertThat(hub.deliver(socket, control("{}")))
        .containsExactly(ServerToAgent.newBuilder().setCustomMessage(question).build());
    assertThat(socket.closes()).isEmpty();
    assertThat(hub.deliver(socket, bare(UID, 1))).as("undisturbed").hasSize(1);
    assertThat(hub.hub.list(Optional.empty())).hasSize(1);
  }

  @Test
  void refusesTheGatewaysMessageOverHttpAndOtherMessagesWithoutAUid_E24_E09() {
    assertRefused(hub.deliver(FakeConnection.exchange("e"), control("")));
    assertRefused(
        hub.deliver(
            socket,
            AgentToServer.newBuilder()
                .setCustomMessage(CustomMessage.newBuilder().setCapability("com.example"))));
    assertRefused(hub.deliver(socket, control("").setInstanceUid(ByteString.copyFromUtf8("x"))));
  }

  @ParameterizedTest(name = "E-07: after {0} good messages")
  @ValueSource(ints = {0, 1, 2})
  void answersWhatCannotBeDecodedWithTheLastValidUidOfTheSocket_ERR02_ERR03(int good) {
    ByteString expected = ByteString.EMPTY;
    for (InstanceUid uid : List.of(UID, OTHER).subList(0, good)) {
      hub.deliver(socket, first(uid, 1));
      expected = uid.toBytes();
    }
    hub.deliver(socket, control("").setInstanceUid(ByteString.copyFromUtf8("not valid")));
    hub.hub.malformed(socket, "not a message");
    assertThat(socket.takeSent())
        .containsExactly(ErrorResponses.badRequest(expected, "not a message"));
    FakeConnection another = FakeConnection.socket("another");
    hub.hub.malformed(another, "not a message");
    assertThat(another.takeSent())
        .as("what another socket carried does not count")
        .containsExactly(ErrorResponses.badRequest(ByteString.EMPTY, "not a message"));
  }

  @Test
  void losesAllItsAgentsWithTheSocket_CLOSE07() {
    connect(500);
    hub.hub.closed(socket, "reset by peer");
    hub.run();
    assertThat(agents).allMatch(is(ConnectionState.DISCONNECTED));
    assertThat(hub.registry.connections()).isEmpty();
  }

  @Test
  void losesOneAgentThatSaysGoodbyeAndKeepsTheOthers_CLOSE06() {
    connect(500);
    InstanceUid leaving = agents.remove(250);
    hub.deliver(socket, bare(leaving, 1).setAgentDisconnect(AgentDisconnect.getDefaultInstance()));
    assertThat(leaving).matches(is(ConnectionState.DISCONNECTED));
    assertThat(agents).allMatch(is(ConnectionState.CONNECTED));
    assertThat(hub.registry.on(socket)).hasSize(499);
    hub.deliver(socket, bare(leaving, 2));
    assertThat(leaving).as("it may come back").matches(is(ConnectionState.CONNECTED));
    hub.hub.closed(socket, "end");
    hub.run();
    assertThat(leaving).matches(is(ConnectionState.DISCONNECTED));
  }

  @Test
  void doesNotLoseTrackOfAnAgentThatSpeaksOnRightAfterItsGoodbye() {
    hub.deliver(socket, first(UID, 1));
    hub.hub.received(
        socket, bare(UID, 1).setAgentDisconnect(AgentDisconnect.getDefaultInstance()).build());
    hub.hub.received(socket, bare(UID, 2).build());
    hub.hub.closed(socket, "end");
    hub.run();
    assertThat(UID).matches(is(ConnectionState.DISCONNECTED));
  }

  private void connect(int count) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < count; i++) {
      InstanceUid uid = InstanceUid.generate(hub.time.instant(), random);
      agents.add(uid);
      hub.deliver(socket, first(uid, HEARTBEATING));
    }
    assertThat(agents).allMatch(is(ConnectionState.CONNECTED));
  }

  private static AgentToServer.Builder control(String data) {
    return AgentToServer.newBuilder()
        .setCustomMessage(
            CustomMessage.newBuilder()
                .setCapability("com.bindplane.opamp-gateway")
                .setType("connect")
                .setData(ByteString.copyFromUtf8(data)));
  }

  private Predicate<InstanceUid> is(ConnectionState state) {
    return uid -> hub.view(uid).status().state() == state;
  }

  private static void assertRefused(List<ServerToAgent> answers) {
    assertThat(answers)
        .singleElement()
        .matches(
            answer ->
                answer.getErrorResponse().getType()
                        == ServerErrorResponseType.ServerErrorResponseType_BadRequest
                    && answer.getInstanceUid().isEmpty());
  }
}
