package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.FRESH;
import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentHubTest {
  private static final long CONFIGURABLE = 0x1003;
  private static final long HEARTBEATING = 0x2001;

  private final BrittleAgentStore store = new BrittleAgentStore();
  private final Hub hub = new Hub(store, ServerConfig.Agents.DEFAULT);
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void answersTheFirstMessageAndShowsTheAgent() {
    List<ServerToAgent> answers = hub.deliver(socket, first(UID, 1));
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).getInstanceUid()).isEqualTo(UID.toBytes());
    AgentView view = hub.view(UID);
    assertThat(view.status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(view.transport()).contains(Connection.Transport.WEBSOCKET);
    assertThat(view.lastSeen()).isEqualTo(hub.time.instant());
  }

  @ParameterizedTest(name = "E-09: {0} bytes")
  @ValueSource(ints = {0, 1, 15, 17, 26})
  void answersABadUidWithBadRequestAndKeepsNothing(int length) {
    List<ServerToAgent> answers =
        hub.deliver(
            socket,
            AgentToServer.newBuilder().setInstanceUid(ByteString.copyFrom(new byte[length])));
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    assertThat(hub.hub.list(Optional.empty())).isEmpty();
  }

  @Test
  void carriesManyAgentsOnOneSocketAndLosesThemTogether_TRN08_CLOSE07() {
    hub.deliver(socket, first(UID, 1));
    assertThat(hub.deliver(socket, first(OTHER, 1)).get(0).getInstanceUid())
        .isEqualTo(OTHER.toBytes());
    hub.hub.closed(socket, "reset by peer");
    hub.run();
    for (InstanceUid uid : List.of(UID, OTHER)) {
      assertThat(hub.view(uid).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
      assertThat(hub.view(uid).status().reason()).isEqualTo("reset by peer");
      assertThat(hub.view(uid).transport()).isEmpty();
    }
    assertThat(hub.registry.connections()).isEmpty();
  }

  @Test
  void doesNotLoseAnAgentToTheEndOfItsOldSocket() {
    hub.deliver(socket, first(UID, 1));
    FakeConnection newer = FakeConnection.socket("s2");
    hub.deliver(newer, bare(UID, 1));
    hub.hub.closed(socket, "end of the old socket");
    hub.run();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.CONNECTED);
    hub.hub.closed(newer, "end");
    hub.run();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void doesNotMissTheEndOfASocketWhoseFirstMessageIsStillWaiting() {
    hub.hub.received(socket, first(UID, 1).build());
    hub.hub.closed(socket, "gone at once");
    hub.run();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void answersUnavailableWhenTooMuchIsWaiting() {
    IntStream.range(0, Mailbox.CAPACITY)
        .forEach(seq -> hub.hub.received(socket, bare(UID, seq).build()));
    assertThat(socket.takeSent()).isEmpty();
    hub.hub.received(socket, bare(UID, 99).build());
    assertThat(socket.takeSent()).as("E-61: it waits for the answers before it").isEmpty();
    hub.run();
    List<ServerToAgent> answers = socket.takeSent();
    assertThat(answers).hasSize(Mailbox.CAPACITY + 1);
    ServerErrorResponse refusal = answers.get(Mailbox.CAPACITY).getErrorResponse();
    assertThat(refusal.getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    assertThat(refusal.getRetryInfo().getRetryAfterNanoseconds())
        .isEqualTo(Duration.ofSeconds(30).toNanos());
    assertThat(hub.deliver(socket, bare(UID, 64))).hasSize(1);
  }

  @Test
  void pushesAChangeOfTheFleetToSocketsAndHoldsItForPollers() {
    FakeConnection exchange = FakeConnection.exchange("e1");
    hub.deliver(socket, first(UID, CONFIGURABLE));
    hub.deliver(exchange, first(OTHER, CONFIGURABLE));
    hub.want("h1");
    assertThat(socket.takeSent()).singleElement().matches(ServerToAgent::hasRemoteConfig);
    assertThat(exchange.takeSent()).isEmpty();
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.CONFIGURING);
    assertThat(hub.view(OTHER).status().state()).isEqualTo(ConnectionState.CONNECTED);
    FakeConnection next = FakeConnection.exchange("e2");
    assertThat(hub.deliver(next, bare(OTHER, 1)))
        .singleElement()
        .matches(ServerToAgent::hasRemoteConfig);
  }

  @Test
  void keepsItsStateUnderANewUid_D4() {
    hub.deliver(socket, first(UID, 1).setFlags(1));
    hub.writer.flush();
    List<ServerToAgent> answers = hub.deliver(socket, bare(FRESH, 1));
    assertThat(answers.get(0).getInstanceUid()).isEqualTo(FRESH.toBytes());
    assertThat(answers.get(0).getFlags()).as("in step: nothing was missed").isZero();
    assertThat(hub.hub.list(Optional.empty()).map(AgentView::uid)).containsExactly(FRESH);
    hub.writer.flush();
    assertThat(store.find(UID)).isEmpty();
    assertThat(store.find(FRESH)).isPresent();
    hub.hub.closed(socket, "end");
    hub.run();
    assertThat(hub.view(FRESH).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
  }

  @Test
  void remembersAgentsOverARestart() {
    hub.deliver(socket, first(UID, HEARTBEATING));
    hub.writer.flush();
    Hub restarted = new Hub(store, ServerConfig.Agents.DEFAULT);
    AgentView view = restarted.view(UID);
    assertThat(view.status().state()).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(view.report().getCapabilities()).isEqualTo(HEARTBEATING);
    assertThat(view.firstSeen()).isEqualTo(hub.view(UID).firstSeen());
  }

  @Test
  void writesNothingForHeartbeatsAndManyChangesOnce() {
    hub.deliver(socket, first(UID, 1));
    hub.deliver(socket, bare(UID, 1).setCapabilities(HEARTBEATING));
    hub.writer.flush();
    assertThat(store.saves()).isEqualTo(1);
    for (int seq = 2; seq < 50; seq++) {
      hub.deliver(socket, bare(UID, seq));
    }
    hub.writer.flush();
    assertThat(store.saves()).isEqualTo(1);
  }

  @Test
  void keepsWhatCouldNotBeWrittenForTheNextFlush() {
    hub.deliver(socket, first(UID, 1));
    store.fail(new StorageException("the disk is full", true, null));
    hub.writer.flush();
    assertThat(store.find(UID)).isEmpty();
    store.heal();
    hub.writer.flush();
    assertThat(store.find(UID)).map(AgentRecord::uid).contains(UID);
  }

  @Test
  void showsAnAgentThatSaysGoodbyeAsDisconnected_CLOSE06() {
    List<ServerToAgent> answers =
        hub.deliver(socket, first(UID, 1).setAgentDisconnect(AgentDisconnect.getDefaultInstance()));
    assertThat(answers).as("E-17: answered all the same").hasSize(1);
    assertThat(hub.view(UID).status().state()).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(hub.registry.on(socket)).isEmpty();
  }

  @Test
  void goesOnWhenAListenerThrows() {
    hub.failListeners();
    hub.deliver(socket, first(UID, 1));
    assertThat(hub.deliver(socket, bare(UID, 1))).hasSize(1);
    assertThat(hub.events).as("the listener behind the failing one").isNotEmpty();
  }

  @Test
  void tellsEveryChangeOfStateOnce() {
    hub.deliver(socket, first(UID, 1));
    hub.deliver(socket, bare(UID, 1));
    hub.hub.closed(socket, "end");
    hub.run();
    assertThat(hub.events.stream().filter(AgentEvent.StatusChanged.class::isInstance)).hasSize(2);
  }
}
