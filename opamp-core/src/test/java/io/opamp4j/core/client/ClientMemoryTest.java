package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.config;
import static io.opamp4j.core.client.Client.health;
import static io.opamp4j.core.client.Client.report;
import static io.opamp4j.core.client.Client.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.RemoteConfigStatuses;
import org.junit.jupiter.api.Test;

/** What a client keeps over restarts. */
class ClientMemoryTest {

  @Test
  void seq01AfterAnOrderlyStopTheNumbersGoOnByOne() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    client.stop();
    long last = client.sent().getSequenceNum();
    client.lost(LossKind.CLOSED);
    Client next = restarted(client.step.save().orElseThrow());
    next.start();
    next.opened();
    assertThat(next.sent().getSequenceNum()).isEqualTo(last + 1);
    assertThat(next.sent().getInstanceUid()).as("UID-02").isEqualTo(Client.UID.toBytes());
  }

  @Test
  void seq01AfterACrashNoNumberIsUsedTwiceAndFewMessagesNeedAWrite() {
    Client client = Client.webSocket().connected();
    int saves = 0;
    for (int i = 0; i < 2500; i++) {
      client.changed(report().setHealth(health("state " + i)));
      saves += client.step.save().isPresent() ? 1 : 0;
      long used = client.sent().getSequenceNum();
      Client next = restarted(client.state.memory());
      next.start();
      next.opened();
      assertThat(next.sent().getSequenceNum() - used).as("after %d", i).isPositive();
      client.received(answer());
    }
    assertThat(saves).isEqualTo(2);
  }

  @Test
  void seq01NumbersWrapAroundTheirEnd() {
    ClientMemory memory =
        Client.remembering(Client.UID).toBuilder().setSequenceCeiling(-1L).build();
    Client client = restarted(memory).connected();
    assertThat(client.state.memory().getSequenceCeiling()).isPositive();
    client.changed(report().setHealth(health("busy")));
    assertThat(client.sent().getSequenceNum()).as("E-20").isZero();
    assertThat(client.step.save()).isEmpty();
  }

  @Test
  void theLastGoodConfigurationIsKeptAndABadOneOnlyAsAStatus() {
    Client client = Client.webSocket().connected();
    client.received(answer().setRemoteConfig(config("H1")));
    client.changed(
        report()
            .setRemoteConfigStatus(
                status("H1", RemoteConfigStatuses.RemoteConfigStatuses_APPLYING)));
    assertThat(client.state.memory().hasGoodConfig()).isFalse();
    client.changed(
        report()
            .setRemoteConfigStatus(
                status("H1", RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)));
    assertThat(client.step.save().orElseThrow().getGoodConfig()).isEqualTo(config("H1"));
    client.received(answer());

    client.received(answer().setRemoteConfig(config("H2")));
    client.changed(
        report()
            .setRemoteConfigStatus(status("H2", RemoteConfigStatuses.RemoteConfigStatuses_FAILED)));
    assertThat(client.step.save().orElseThrow().getGoodConfig()).isEqualTo(config("H1"));
    assertThat(client.step.save().orElseThrow().getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_FAILED);
  }

  @Test
  void whatIsNotNewIsNotSaved() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    assertThat(client.step.save()).isEmpty();
    client.received(answer());
    assertThat(client.step.save()).isEmpty();
    client.wakeUp();
    assertThat(client.step.save()).isEmpty();
  }

  @Test
  void uid03AMemoryWithoutAUidIsRefused() {
    assertThatThrownBy(
            () ->
                restarted(
                    ClientMemory.newBuilder()
                        .setInstanceUid(ByteString.copyFromUtf8("short"))
                        .build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5");
  }

  private static Client restarted(ClientMemory memory) {
    return new Client(
        ClientSettings.defaults(Duplex.FULL), SettingsPolicy.EPHEMERAL, memory, report().build());
  }
}
