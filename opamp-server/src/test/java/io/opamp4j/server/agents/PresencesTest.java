package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.Link;
import io.opamp4j.core.server.Offered;
import io.opamp4j.proto.Presence;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.Ownership;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PresencesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whatOneNodeTellsIsWhatAnotherHears() {
    Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
    hub.want("v1");
    hub.deliver(FakeConnection.socket("s"), Hub.first(Hub.UID, 0x1003));
    AgentSession.Now agent = hub.sessions.find(Hub.UID).orElseThrow().now();

    Presence told = Presences.of(agent);
    Presence heard = Presences.in(new Ownership(1, "n1", told.toByteString()));
    assertThat(heard).isEqualTo(told);
    assertThat(heard.getRemoteAddress()).isEqualTo("127.0.0.1:1");
    Link link = Presences.link(heard, Optional.empty(), NOW);
    assertThat(link.up()).isTrue();
    assertThat(link.since()).isEqualTo(agent.state().link().since());
    Offered offered = Presences.offered(heard, link);
    assertThat(offered.config().hash()).isEqualTo(ByteString.copyFromUtf8("v1"));
    assertThat(offered.packages()).isEqualTo(Offered.Sent.NEVER);
    assertThat(Presences.sameOffers(agent.state().offered(), offered)).isTrue();
    assertThat(Presences.sameOffers(Offered.NOTHING, offered)).isFalse();
  }

  @Test
  void aNodeThatIsLostIsNotBelievedToBeConnected() {
    Presence connected = Presence.newBuilder().setConnected(true).setOverHttp(true).build();
    Link lost = Presences.link(connected, Optional.of("it is gone"), NOW);
    assertThat(lost).isEqualTo(new Link(false, true, false, NOW, "it is gone"));
    assertThat(Presences.offered(connected, lost)).isEqualTo(Offered.NOTHING);

    Presence gone = Presence.newBuilder().setReason("closed").setSinceEpochMilli(7).build();
    assertThat(Presences.link(gone, Optional.of("it is gone"), NOW))
        .as("what it said last of an agent that had gone stays true")
        .isEqualTo(new Link(false, false, false, Instant.ofEpochMilli(7), "closed"));
  }

  @Test
  void whatCannotBeReadSaysNothing() {
    assertThat(Presences.in(Ownership.NONE)).isEqualTo(Presences.NONE);
    ByteString rubbish = ByteString.copyFrom(new byte[] {(byte) 0xFF, 0x01, 0x02});
    assertThat(Presences.in(new Ownership(1, "n1", rubbish))).isEqualTo(Presences.NONE);
    assertThat(Presences.link(Presences.NONE, Optional.empty(), NOW).up()).isFalse();
  }
}
