package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.testkit.FakeAgent;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The main job, from first contact to goodbye, through the hub. */
class ConversationTest {
  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final FakeAgent agent = new FakeAgent(Hub.UID, "collector", 0x1007);
  private int exchanges;

  @ParameterizedTest
  @EnumSource(Connection.Transport.class)
  void anAgentIsConfiguredFailsIsRepairedAndLeaves(Connection.Transport transport) {
    FakeConnection socket = FakeConnection.socket("s1");
    say(transport, socket, agent.next());
    assertThat(state()).isEqualTo(ConnectionState.CONNECTED);

    hub.want("bad");
    socket.takeSent().forEach(agent::heard);
    say(transport, socket, agent.next());
    assertThat(state()).isEqualTo(ConnectionState.CONFIGURING);
    say(transport, socket, agent.failed("no such exporter"));
    assertThat(state()).isEqualTo(ConnectionState.ERROR);
    assertThat(hub.view(Hub.UID).status().reason()).contains("no such exporter");

    hub.want("good");
    socket.takeSent().forEach(agent::heard);
    AgentToServer lost = agent.next();
    agent.lost(lost);
    say(transport, socket, agent.next());
    assertThat(agent.offer().orElseThrow().getConfigHash().toStringUtf8()).isEqualTo("good");
    say(transport, socket, agent.applied());
    assertThat(state()).isEqualTo(ConnectionState.CONNECTED);

    say(transport, socket, agent.goodbye());
    assertThat(state()).isEqualTo(ConnectionState.DISCONNECTED);
  }

  private void say(Connection.Transport transport, FakeConnection socket, AgentToServer message) {
    FakeConnection connection =
        transport == Connection.Transport.WEBSOCKET
            ? socket
            : FakeConnection.exchange("e" + exchanges++);
    List<ServerToAgent> answers = hub.deliver(connection, message.toBuilder());
    assertThat(answers).as("STAT-04: one answer for each message").hasSize(1);
    if (agent.heard(answers.get(0))) {
      say(transport, socket, agent.fullState());
    }
  }

  private ConnectionState state() {
    return hub.view(Hub.UID).status().state();
  }
}
