package io.opamp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import org.junit.jupiter.api.Test;

class FakeAgentTest {
  private static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");
  private static final InstanceUid OTHER =
      InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-ba9876543210");

  private final FakeAgent agent = new FakeAgent(UID, "collector", 0x1003);

  @Test
  void tellsEverythingOnceAndThenOnlyChanges() {
    AgentToServer first = agent.next();
    assertThat(first.hasAgentDescription()).isTrue();
    assertThat(first.getSequenceNum()).isZero();
    AgentToServer second = agent.next();
    assertThat(second.hasAgentDescription()).isFalse();
    assertThat(second.getSequenceNum()).isEqualTo(1);
    assertThat(second.getCapabilities()).as("CAP-02").isEqualTo(0x1003);
    assertThat(agent.fullState().hasAgentDescription()).isTrue();
  }

  @Test
  void tellsAgainWhatWasLostUnderANewNumber() {
    agent.lost(agent.next());
    assertThat(agent.next().hasAgentDescription()).isTrue();
    assertThat(agent.next().getSequenceNum()).isEqualTo(2);
  }

  @Test
  void reportsWhatBecameOfAnOffer() {
    assertThatThrownBy(agent::applied).isInstanceOf(IllegalStateException.class);
    ByteString hash = ByteString.copyFromUtf8("h1");
    agent.heard(
        ServerToAgent.newBuilder()
            .setInstanceUid(UID.toBytes())
            .setRemoteConfig(AgentRemoteConfig.newBuilder().setConfigHash(hash))
            .build());
    AgentToServer failed = agent.failed("no such exporter");
    assertThat(failed.getRemoteConfigStatus().getErrorMessage()).isEqualTo("no such exporter");
    AgentToServer applied = agent.applied();
    assertThat(applied.getRemoteConfigStatus().getLastRemoteConfigHash()).isEqualTo(hash);
    assertThat(applied.getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED);
    assertThat(applied.hasEffectiveConfig()).isTrue();
  }

  @Test
  void adoptsItsNewUidAndRefusesMessagesForOthers() {
    agent.heard(
        ServerToAgent.newBuilder()
            .setInstanceUid(UID.toBytes())
            .setAgentIdentification(
                AgentIdentification.newBuilder().setNewInstanceUid(OTHER.toBytes()))
            .build());
    assertThat(agent.next().getInstanceUid()).isEqualTo(OTHER.toBytes());
    assertThatThrownBy(
            () -> agent.heard(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build()))
        .hasMessageContaining(OTHER.toString());
    assertThat(agent.goodbye().hasAgentDisconnect()).isTrue();
  }
}
