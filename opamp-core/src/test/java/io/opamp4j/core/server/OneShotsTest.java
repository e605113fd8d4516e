package io.opamp4j.core.server;

import static io.opamp4j.core.server.Agents.FRESH;
import static io.opamp4j.core.server.Agents.T0;
import static io.opamp4j.core.server.Agents.UID;
import static io.opamp4j.core.server.Agents.bare;
import static io.opamp4j.core.server.Agents.config;
import static io.opamp4j.core.server.Agents.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.AgentMachine.Arrival;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.CommandType;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What goes once, what the server announces, and the flag for component catalogues. */
class OneShotsTest {
  private static final long SERVER = 0x7;
  private static final long RESTARTABLE = 0x401;
  private static final long EVERYTHING = 0x403;
  private static final String PAUSE = "com.example.pause/v1";
  private static final CustomMessage MESSAGE =
      CustomMessage.newBuilder()
          .setCapability(PAUSE)
          .setType("pause")
          .setData(ByteString.copyFrom(new byte[] {0, (byte) 0xff, 1}))
          .build();
  private static final OneShot RESTART = new OneShot.Restart(Optional.of("o1"));
  private static final OneShot CUSTOM = new OneShot.Custom(Optional.of("o2"), MESSAGE);
  private static final ServerToAgentCommand COMMAND =
      ServerToAgentCommand.newBuilder().setType(CommandType.CommandType_Restart).build();

  private final AgentMachine machine =
      new AgentMachine(SERVER, Set.of("org.b.two", "com.a.one"), () -> FRESH);
  private AgentState agent = AgentState.unknown(UID);
  private Target target = Target.NONE;
  private boolean halfDuplex;

  @Test
  void sendsARestartAlone_CMD01_D16_E18() {
    receive(first(RESTARTABLE), Extras.NONE);
    assertThat(push(RESTART).reply())
        .contains(
            ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).setCommand(COMMAND).build());
  }

  @Test
  void tellsOfAnOrderThatWasSentWithoutItsContent() {
    receive(first(RESTARTABLE).setCustomCapabilities(announcing(PAUSE)), Extras.NONE);
    assertThat(push(RESTART).events())
        .containsExactly(new AgentEvent.OrderSent(UID, T0, "o1", "restart"));
    assertThat(push(CUSTOM).events())
        .containsExactly(
            new AgentEvent.OrderSent(
                UID, T0, "o2", "custom message pause of com.example.pause/v1"));
    assertThat(push(new OneShot.Custom(Optional.empty(), MESSAGE)).events()).isEmpty();
  }

  @Test
  void sendsNoRestartToAnAgentThatDoesNotAcceptIt_CMD03_CAP11() {
    receive(first(0x3), Extras.NONE);
    assertThat(push(RESTART).reply()).isEmpty();
    assertThat(push(RESTART).events()).isEmpty();
  }

  @Test
  void stopsSendingRestartsWhenTheAgentDropsTheCapability_CAP05() {
    receive(first(RESTARTABLE), Extras.NONE);
    receive(bare(1).setCapabilities(0x1), Extras.NONE);
    assertThat(push(RESTART).reply()).isEmpty();
    halfDuplex = true;
    receive(first(RESTARTABLE).setSequenceNum(2), Extras.NONE);
    ServerToAgent answer = receive(bare(3).setCapabilities(0x1), sending(RESTART));
    assertThat(answer.hasCommand()).isFalse();
  }

  @Test
  void sendsCustomMessagesOnlyOfCapabilitiesTheAgentAnnounced_CUSTOM04_CUSTOM09() {
    receive(first(RESTARTABLE), Extras.NONE);
    assertThat(push(CUSTOM).reply()).as("never received").isEmpty();
    receive(bare(1).setCustomCapabilities(announcing("com.example.pause/v2")), Extras.NONE);
    assertThat(push(CUSTOM).reply()).as("another version is another capability").isEmpty();
    receive(bare(2).setCustomCapabilities(announcing("com.example.x", PAUSE)), Extras.NONE);
    assertThat(push(CUSTOM).reply().orElseThrow())
        .as("CUSTOM-08: the bytes as they are")
        .isEqualTo(
            ServerToAgent.newBuilder()
                .setInstanceUid(UID.toBytes())
                .setCustomMessage(MESSAGE)
                .build());
  }

  @Test
  void takesAShorterListOfCapabilitiesForTheWholeList_CUSTOM03() {
    receive(first(1).setCustomCapabilities(announcing("com.example.x", PAUSE)), Extras.NONE);
    receive(bare(1), Extras.NONE);
    assertThat(push(CUSTOM).reply()).isPresent();
    receive(bare(2).setCustomCapabilities(announcing("com.example.x")), Extras.NONE);
    assertThat(push(CUSTOM).reply()).isEmpty();
  }

  @Test
  void doesNotPushToAnAgentThatIsGoneOrOnlyPolls_HTTP07() {
    assertThat(push(RESTART).reply()).as("never connected").isEmpty();
    receive(first(RESTARTABLE), Extras.NONE);
    agent = machine.disconnected(agent, "reset", T0).state();
    assertThat(push(RESTART).reply()).as("gone").isEmpty();
    halfDuplex = true;
    receive(first(RESTARTABLE).setSequenceNum(1), Extras.NONE);
    assertThat(push(RESTART).reply()).as("polls").isEmpty();
  }

  @Test
  void answersAPollWithTheRestartAlone_CMD01_E18_E62() {
    halfDuplex = true;
    receive(first(EVERYTHING), Extras.NONE);
    target = config("h1");
    ServerToAgent answer = receive(bare(5), sending(RESTART));
    assertThat(answer)
        .as("no offer, no flag for the gap, no custom capabilities")
        .isEqualTo(
            ServerToAgent.newBuilder()
                .setInstanceUid(UID.toBytes())
                .setCapabilities(SERVER)
                .setCommand(COMMAND)
                .build());
    answer = receive(bare(6), Extras.NONE);
    assertThat(answer.hasCommand()).isFalse();
    assertThat(answer.hasRemoteConfig()).as("what was due goes with the next answer").isTrue();
    assertThat(answer.getFlags()).isEqualTo(1);
    assertThat(answer.hasCustomCapabilities()).isTrue();
  }

  @Test
  void answersAPollWithACustomMessageBesideTheOffers() {
    halfDuplex = true;
    target = config("h1");
    ServerToAgent answer =
        receive(first(EVERYTHING).setCustomCapabilities(announcing(PAUSE)), sending(CUSTOM));
    assertThat(answer.getCustomMessage()).isEqualTo(MESSAGE);
    assertThat(answer.hasRemoteConfig()).isTrue();
  }

  @Test
  void keepsARestartBackFromGoodbyesAndFromAgentsThatWantAUid() {
    halfDuplex = true;
    receive(first(RESTARTABLE), Extras.NONE);
    AgentToServer.Builder asking = bare(1).setFlags(1);
    assertThat(OneShots.canAnswer(agent, asking.build(), Optional.empty())).isFalse();
    assertThat(receive(asking, sending(RESTART)).hasAgentIdentification()).isTrue();
    AgentToServer.Builder goodbye =
        bare(2).setAgentDisconnect(AgentDisconnect.getDefaultInstance());
    assertThat(OneShots.canAnswer(agent, goodbye.build(), Optional.empty())).isFalse();
    assertThat(receive(goodbye, sending(RESTART)).hasCommand()).isFalse();
  }

  @Test
  void announcesCustomCapabilitiesOncePerSocketAndInEveryAnswerOverHttp_CUSTOM01_CUSTOM02_E19() {
    CustomCapabilities announced =
        CustomCapabilities.newBuilder()
            .addCapabilities("com.a.one")
            .addCapabilities("org.b.two")
            .build();
    assertThat(receive(first(1), Extras.NONE).getCustomCapabilities()).isEqualTo(announced);
    assertThat(receive(bare(1), Extras.NONE).hasCustomCapabilities()).isFalse();
    agent = machine.disconnected(agent, "reset", T0).state();
    assertThat(receive(bare(2), Extras.NONE).getCustomCapabilities()).isEqualTo(announced);
    halfDuplex = true;
    agent = machine.disconnected(agent, "reset", T0).state();
    assertThat(receive(bare(3), Extras.NONE).getCustomCapabilities()).isEqualTo(announced);
    assertThat(receive(bare(4), Extras.NONE).getCustomCapabilities()).isEqualTo(announced);
  }

  @Test
  void announcesNothingWhenThereIsNothing_E19() {
    AgentMachine plain = new AgentMachine(SERVER, () -> FRESH);
    Step step =
        plain.received(
            agent, first(1).build(), new Arrival(true, false, T0), report -> Target.NONE);
    assertThat(step.reply().orElseThrow().hasCustomCapabilities()).isFalse();
  }

  @Test
  void asksForACatalogueThatIsWanted_COMP04_D17() {
    Extras wanted = new Extras(hash -> hash.toStringUtf8().equals("x"), Optional.empty());
    assertThat(receive(first(0x4001).setAvailableComponents(catalogue("x")), wanted).getFlags())
        .isEqualTo(2);
    assertThat(receive(bare(1).setAvailableComponents(catalogue("y")), wanted).getFlags()).isZero();
    assertThat(receive(bare(2), Extras.NONE).getFlags()).isZero();
  }

  @Test
  void asksNoAgentForACatalogueThatCannotTellOrHasNone_CAP11() {
    Extras wanted =
        new Extras(
            hash -> {
              throw new AssertionError("an ask nobody will answer");
            },
            Optional.empty());
    receive(first(0x1).setAvailableComponents(catalogue("x")), wanted);
    receive(bare(1).setCapabilities(0x4001).setAvailableComponents(catalogue("")), wanted);
  }

  @Test
  void keepsOfACatalogueItsHashAlone_COMP06() {
    AvailableComponents full =
        catalogue("x").toBuilder()
            .putComponents("receivers", ComponentDetails.getDefaultInstance())
            .build();
    receive(first(0x4001).setAvailableComponents(full), Extras.NONE);
    assertThat(agent.report().getAvailableComponents()).isEqualTo(catalogue("x"));
    Step repeated =
        machine.received(
            agent,
            bare(1).setAvailableComponents(full).build(),
            new Arrival(false, false, T0),
            report -> target);
    assertThat(repeated.durable()).as("nothing new").isFalse();
    assertThat(AgentState.known(UID, first(1).setAvailableComponents(full).build()).report())
        .isEqualTo(first(1).setAvailableComponents(catalogue("x")).build());
  }

  private ServerToAgent receive(AgentToServer.Builder message, Extras extras) {
    boolean fresh = !agent.link().up() || agent.link().halfDuplex() != halfDuplex;
    Step step =
        machine.received(
            agent, message.build(), new Arrival(fresh, halfDuplex, T0), report -> target, extras);
    agent = step.state();
    return step.reply().orElseThrow();
  }

  private Step push(OneShot oneShot) {
    return machine.pushed(agent, oneShot, T0);
  }

  private static Extras sending(OneShot oneShot) {
    return new Extras(hash -> false, Optional.of(oneShot));
  }

  private static CustomCapabilities announcing(String... names) {
    return CustomCapabilities.newBuilder().addAllCapabilities(List.of(names)).build();
  }

  private static AvailableComponents catalogue(String hash) {
    return AvailableComponents.newBuilder().setHash(ByteString.copyFromUtf8(hash)).build();
  }
}
