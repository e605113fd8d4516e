package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.config;
import static io.opamp4j.core.client.Client.health;
import static io.opamp4j.core.client.Client.report;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client bears of servers that are newer, odd or talkative, and what it announces. */
class ClientToleranceTest {
  private static final String PAUSE = "com.example.pause/v1";

  /** CAP-14, EXT-02. */
  @Test
  void cap14UnknownFieldsFlagsAndCapabilitiesDoNoHarm() throws Exception {
    Client client = Client.webSocket();
    client.start();
    client.opened();
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                2000,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                    .addVarint(-1)
                    .build())
            .build();
    ServerToAgent.Builder odd =
        answer()
            .setCapabilities(1L << 63 | 1L << 40 | 0x1F)
            .setFlags(1L << 63 | 1L << 40)
            .setRemoteConfig(config("a").toBuilder().setUnknownFields(unknown))
            .setUnknownFields(unknown);

    client.received(arrived(odd));

    assertThat(client.state.phase()).isEqualTo(ClientPhase.CONNECTED);
    assertThat(client.step.send()).as("flags nobody knows ask for nothing").isEmpty();
    assertThat(client.step.notices())
        .as("what is known counts")
        .anySatisfy(notice -> assertThat(notice).isInstanceOf(Notice.RemoteConfigOffered.class));
    client.changed(report().setHealth(health("busy")));
    assertThat(client.sent().getHealth()).isEqualTo(health("busy"));
  }

  /** CFG-15: on the wire a name may come twice all the same; the last one counts. */
  @Test
  void cfg15AFileNamedTwiceIsOneFile() throws Exception {
    Client client = Client.webSocket().connected();
    ByteString twice = files("collector.yaml", "first").concat(files("collector.yaml", "second"));
    AgentConfigMap map = AgentConfigMap.parseFrom(twice);

    client.received(
        arrived(
            answer()
                .setRemoteConfig(
                    AgentRemoteConfig.newBuilder()
                        .setConfig(map)
                        .setConfigHash(ByteString.copyFromUtf8("h")))));

    assertThat(client.step.notices())
        .filteredOn(Notice.RemoteConfigOffered.class::isInstance)
        .singleElement()
        .satisfies(
            notice ->
                assertThat(
                        ((Notice.RemoteConfigOffered) notice).offer().getConfig().getConfigMapMap())
                    .hasSize(1)
                    .extractingByKey("collector.yaml")
                    .extracting(file -> file.getBody().toStringUtf8())
                    .isEqualTo("second"));
  }

  /** CUSTOM-01. */
  @Test
  void custom01CapabilitiesAreAnnouncedInTheFirstMessage() {
    Client client = new Client(ClientSettings.defaults(Duplex.FULL), announcing(PAUSE).build());
    client.start();
    client.opened();

    assertThat(client.sent().getCustomCapabilities().getCapabilitiesList()).containsExactly(PAUSE);
  }

  /** CUSTOM-02. */
  @Test
  void custom02TheyAreAnnouncedAgainOnlyWhenTheyChanged() {
    Client client =
        new Client(ClientSettings.defaults(Duplex.FULL), announcing(PAUSE).build()).connected();
    client.changed(announcing(PAUSE).setHealth(health("busy")));
    assertThat(Section.presentIn(client.sent())).containsExactly(Section.HEALTH);

    client.changed(announcing(PAUSE, "com.example.other").setHealth(health("busy")));
    assertThat(Section.presentIn(client.sent())).containsExactly(Section.CUSTOM_CAPABILITIES);
    assertThat(client.sent().getCustomCapabilities().getCapabilitiesList())
        .containsExactly(PAUSE, "com.example.other");

    client.changed(report().setHealth(health("busy")));
    assertThat(client.sent().hasCustomCapabilities()).as("none is a change too").isTrue();
    assertThat(client.sent().getCustomCapabilities().getCapabilitiesList()).isEmpty();
  }

  /** CUSTOM-07. */
  @ParameterizedTest
  @ValueSource(strings = {"", "pause", "a type nobody has heard of", "\u0000"})
  void custom07EveryMessageOfAnAnnouncedCapabilityIsTheApplications(String type) {
    Client client =
        new Client(ClientSettings.defaults(Duplex.FULL), announcing(PAUSE).build()).connected();
    CustomMessage message = CustomMessage.newBuilder().setCapability(PAUSE).setType(type).build();

    client.received(answer().setCustomMessage(message));

    assertThat(client.step.notices()).containsExactly(new Notice.CustomMessageReceived(message));
  }

  /**
   * E-61: a push that was taken for the answer makes the client believe too much; the server sees
   * the gap in the numbers, asks, and is told everything.
   */
  @Test
  void e61APushTakenForAnAnswerLosesNothingForGood() {
    Client client = Client.webSocket().connected();
    client.changed(report().setHealth(health("busy")));
    long lost = client.sent().getSequenceNum();
    client.received(answer().setRemoteConfig(config("a")));
    client.lost(LossKind.BROKEN);
    client.reconnect();
    assertThat(client.sent().getSequenceNum()).as("the gap that shows it").isEqualTo(lost + 1);
    assertThat(client.sent().hasHealth()).isFalse();

    client.received(answer().setFlags(1));

    assertThat(client.sent().getHealth()).isEqualTo(health("busy"));
  }

  private static AgentToServer.Builder announcing(String... names) {
    return report()
        .setCustomCapabilities(CustomCapabilities.newBuilder().addAllCapabilities(List.of(names)));
  }

  private static ByteString files(String name, String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            name, AgentConfigFile.newBuilder().setBody(ByteString.copyFromUtf8(body)).build())
        .build()
        .toByteString();
  }

  /** Over the wire and back. */
  private static ServerToAgent.Builder arrived(ServerToAgent.Builder message) throws Exception {
    byte[] frame = Frames.encode(message.build(), Messages.DEFAULT_LIMIT);
    return Frames.serverToAgent(ByteBuffer.wrap(frame), Messages.DEFAULT_LIMIT).toBuilder();
  }
}
