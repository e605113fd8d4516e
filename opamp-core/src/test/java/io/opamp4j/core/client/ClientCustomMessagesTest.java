package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.health;
import static io.opamp4j.core.client.Client.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a custom message the application wants to send. */
class ClientCustomMessagesTest {
  private static final String PAUSE = "com.example.pause/v1";

  @Test
  void custom09AMessageLeavesOnceAndAlone() {
    Client client = announced(PAUSE);
    client.posted(message(PAUSE, "1"));
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "1"));
    assertThat(client.state.takesMessage()).isFalse();
    assertThatThrownBy(() -> client.posted(message(PAUSE, "2")))
        .isInstanceOf(IllegalStateException.class);

    client.received(answer());
    assertThat(client.step.notices())
        .containsExactly(new Notice.CustomMessageSent(message(PAUSE, "1")));
    assertThat(client.step.send()).isEmpty();
    assertThat(client.state.takesMessage()).isTrue();
  }

  @Test
  void custom04WithoutAnAnnouncementNothingIsSent() {
    Client client = Client.webSocket().connected();
    client.posted(message(PAUSE, "1"));
    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices())
        .hasSize(1)
        .first()
        .isInstanceOf(Notice.CustomMessageDropped.class);
    assertThat(client.state.takesMessage()).isTrue();
  }

  @Test
  void custom03AShorterListReplacesTheEarlierOne() {
    Client client = announced(PAUSE, "com.example.other");
    client.received(capabilities("com.example.other"));
    assertThat(client.state.serverCustomCapabilities()).containsExactly("com.example.other");
    client.received(answer());
    assertThat(client.state.serverCustomCapabilities())
        .as("not repeated is not withdrawn")
        .containsExactly("com.example.other");
  }

  @Test
  void e46AMessageInDoubtSurvivesTheLossAndIsSentOnTheNextConnection() {
    Client client = announced(PAUSE);
    client.posted(message(PAUSE, "1"));
    client.lost(LossKind.BROKEN);
    client.reconnect();
    assertThat(client.sent().hasCustomMessage()).as("EST-01: the report comes first").isFalse();
    client.received(answer());
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "1"));
    client.received(answer());
    assertThat(client.step.send()).isEmpty();
  }

  @Test
  void aCapabilityThatIsGoneAfterTheReconnectDropsTheMessage() {
    Client client = announced(PAUSE);
    client.posted(message(PAUSE, "1"));
    client.lost(LossKind.BROKEN);
    client.reconnect();
    client.received(capabilities("com.example.other"));
    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices())
        .anySatisfy(notice -> assertThat(notice).isInstanceOf(Notice.CustomMessageDropped.class));
  }

  @Test
  void err05ARefusedMessageIsNotSentAgain() {
    Client client = announced(PAUSE);
    client.posted(message(PAUSE, "1"));
    client.received(Client.error(ServerErrorResponseType.ServerErrorResponseType_BadRequest));
    assertThat(client.step.send()).isEmpty();
    assertThat(client.state.takesMessage()).isTrue();
  }

  @Test
  void retry01AnUnansweredMessageIsSentAgain() {
    Client client = announced(PAUSE);
    client.posted(message(PAUSE, "1"));
    client.wakeUp();
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "1"));
  }

  @Test
  void e61TheAnswerToAnEarlierMessageIsNotTheMessagesOwn() {
    Client client = announced(PAUSE);
    client.changed(report().setHealth(health("busy")));
    client.posted(message(PAUSE, "1"));
    client.received(answer());
    assertThat(client.step.notices()).isEmpty();
    client.lost(LossKind.BROKEN);
    client.reconnect();
    client.received(answer());
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "1"));
    client.received(answer());
    assertThat(client.step.notices())
        .containsExactly(new Notice.CustomMessageSent(message(PAUSE, "1")));
  }

  @Test
  void http08OverHttpAMessageWaitsForTheAnswerUnderWay() {
    Client client = Client.http();
    client.start();
    client.opened();
    client.received(capabilities(PAUSE));
    client.changed(report().setHealth(health("busy")));
    client.posted(message(PAUSE, "1"));
    assertThat(client.step.send()).isEmpty();
    client.received(answer());
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "1"));
  }

  @Test
  void lim14AMessageOverTheLimitIsDroppedAndOneThatOnlyFitsAloneGoesAlone() {
    Client client = limited(2000);
    client.posted(message(PAUSE, "x".repeat(2000)));
    assertThat(client.step.send().map(sent -> sent.hasCustomMessage()).orElse(false)).isFalse();
    assertThat(client.step.notices())
        .anySatisfy(notice -> assertThat(notice).isInstanceOf(Notice.CustomMessageDropped.class));

    client.received(answer());
    client.changed(report().setHealth(health("x".repeat(1500))));
    client.posted(message(PAUSE, "y".repeat(1500)));
    // The health is on its way, so the message has a message of its own.
    assertThat(client.sent().getCustomMessage()).isEqualTo(message(PAUSE, "y".repeat(1500)));
    assertThat(client.sent().hasHealth()).isFalse();
  }

  @Test
  void uid05TheServerIsAskedForAnIdUntilItGivesOne() {
    Client client =
        new Client(
            ClientSettings.defaults(Duplex.FULL),
            SettingsPolicy.EPHEMERAL,
            Client.remembering(Client.UID).toBuilder().setUidIsTemporary(true).build(),
            report().build());
    client.start();
    client.opened();
    assertThat(client.sent().getFlags()).isEqualTo(1);
    client.received(answer());
    client.changed(report().setHealth(health("busy")));
    assertThat(client.sent().getFlags()).as("E-23: the flag stays").isEqualTo(1);
    ServerToAgent.Builder assigned = answer();
    assigned
        .getAgentIdentificationBuilder()
        .setNewInstanceUid(ByteString.copyFromUtf8("0123456789abcdef"));
    client.received(assigned);
    assertThat(client.sent().getFlags()).isZero();
    assertThat(client.sent().getInstanceUid().toStringUtf8()).isEqualTo("0123456789abcdef");
    assertThat(client.step.save().orElseThrow().getInstanceUid().toStringUtf8())
        .as("kept before it is used")
        .isEqualTo("0123456789abcdef");
  }

  private static Client announced(String... names) {
    Client client = Client.webSocket();
    client.start();
    client.opened();
    client.received(capabilities(names));
    return client;
  }

  private static Client limited(int limit) {
    Duration wait = Duration.ofSeconds(30);
    Client client =
        new Client(
            new ClientSettings(
                Duplex.FULL, Heartbeat.DEFAULT, wait, wait, wait, Backoff.DEFAULT, limit),
            report().build());
    client.start();
    client.opened();
    client.received(capabilities(PAUSE));
    return client;
  }

  private static ServerToAgent.Builder capabilities(String... names) {
    return answer()
        .setCustomCapabilities(CustomCapabilities.newBuilder().addAllCapabilities(List.of(names)));
  }

  private static CustomMessage message(String capability, String data) {
    return CustomMessage.newBuilder()
        .setCapability(capability)
        .setType("pause")
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }
}
