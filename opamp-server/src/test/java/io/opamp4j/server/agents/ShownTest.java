package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.AgentNote;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The view of an agent, which is kept until something about the agent changes. */
class ShownTest {
  private static final long CAPABILITIES = 0x1803;

  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void isMadeOnceForManyLooks() {
    hub.deliver(socket, first(UID, CAPABILITIES));

    assertThat(hub.view(UID)).isSameAs(hub.view(UID));
  }

  @Test
  void showsEveryChangeAtOnce() {
    hub.deliver(socket, first(UID, CAPABILITIES));
    AgentView healthy = hub.view(UID);

    hub.pass(Duration.ofSeconds(1));
    hub.deliver(
        socket, bare(UID, 2).setHealth(ComponentHealth.newBuilder().setLastError("it burns")));
    AgentView burning = hub.view(UID);
    hub.want("v1");
    hub.run();
    AgentView retargeted = hub.view(UID);
    hub.sessions.find(UID).orElseThrow().take(AgentNote.ofLabels(Map.of("env", "prod")));
    AgentView labelled = hub.view(UID);
    hub.hub.closed(socket, "gone");
    hub.run();
    AgentView gone = hub.view(UID);

    assertThat(healthy.status().state()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(burning.status().reason()).contains("it burns");
    assertThat(burning.lastSeen()).isAfter(healthy.lastSeen());
    assertThat(retargeted.target().offers().getRemoteConfig().getConfigHash().toStringUtf8())
        .isEqualTo("v1");
    assertThat(labelled.labels()).containsEntry("env", "prod");
    assertThat(labelled.target()).isEqualTo(retargeted.target());
    assertThat(gone.status().state()).isEqualTo(ConnectionState.DISCONNECTED);
    assertThat(gone.transport()).isEmpty();
  }

  /** Whatever happens: what was kept is what would be made now. */
  @Test
  void isAlwaysWhatWouldBeMadeNow() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Hub anew = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
      FakeConnection connection = FakeConnection.socket("s" + seed);
      anew.deliver(connection, first(UID, CAPABILITIES));
      for (int step = 0; step < 20; step++) {
        switch (random.nextInt(5)) {
          case 0 -> anew.want("v" + random.nextInt(3));
          case 1 -> anew.pass(Duration.ofSeconds(random.nextInt(40)));
          case 2 -> {
            anew.hub.closed(connection, "gone");
            connection = FakeConnection.socket("s" + seed + "-" + step);
          }
          case 3 ->
              anew.sessions
                  .find(UID)
                  .orElseThrow()
                  .take(AgentNote.ofLabels(Map.of("env", "e" + random.nextInt(3))));
          default ->
              anew.deliver(
                  connection,
                  bare(UID, step + 2)
                      .setHealth(ComponentHealth.newBuilder().setHealthy(random.nextBoolean())));
        }
        anew.run();
        AgentSession session = anew.sessions.find(UID).orElseThrow();
        AgentView kept = session.view();
        assertThat(kept)
            .as("seed %d, step %d", seed, step)
            .isEqualTo(Shown.of(session.now(), kept.note()).view());
      }
    }
  }
}
