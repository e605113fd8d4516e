package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.server.CustomMessageSender;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Custom messages of agents, handlers and what they say in return. */
class CustomMessagesTest {
  private static final String ECHO = "com.example.echo/v1";
  private static final ByteString DATA = ByteString.copyFrom(new byte[] {0, -1, 10});

  private final Handler echo = new Handler(ECHO);
  private final Handler other = new Handler("com.example.other");
  private final Hub hub =
      new Hub(
          new BrittleAgentStore(),
          ServerConfig.Agents.DEFAULT,
          ExtrasFixture.memory(),
          echo,
          other);
  private final FakeConnection socket = FakeConnection.socket("s1");
  private int polls;

  @Test
  void announcesTheCapabilitiesOfAllHandlers_CUSTOM01_CUSTOM07_E19() {
    assertThat(
            hub.deliver(socket, first(UID, 1)).get(0).getCustomCapabilities().getCapabilitiesList())
        .containsExactly(ECHO, "com.example.other");
    assertThat(hub.deliver(socket, bare(UID, 1)).get(0).hasCustomCapabilities())
        .as("CUSTOM-02")
        .isFalse();
    assertThat(hub.deliver(socket, first(OTHER, 1)).get(0).hasCustomCapabilities())
        .as("for each agent of a socket")
        .isTrue();
    hub.hub.closed(socket, "end");
    assertThat(poll(bare(UID, 2)).hasCustomCapabilities()).isTrue();
    assertThat(poll(bare(UID, 3)).hasCustomCapabilities()).isTrue();
  }

  @Test
  void announcesNothingInErrorAnswers_E18_ERR01() {
    ServerToAgent answer =
        hub.deliver(socket, AgentToServer.newBuilder().setInstanceUid(DATA)).get(0);
    assertThat(answer.hasErrorResponse()).isTrue();
    assertThat(answer.toBuilder().clearErrorResponse().clearInstanceUid().build())
        .isEqualTo(ServerToAgent.getDefaultInstance());
  }

  @Test
  void givesAMessageToItsHandlerAndTheReplyToTheAgent_D10_CUSTOM08() {
    echo.replies = message -> List.of(reply("back", message.data()));
    hub.deliver(socket, first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    List<ServerToAgent> sent = hub.deliver(socket, bare(UID, 1).setCustomMessage(message(ECHO)));
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0))
        .as("the acknowledgement does not wait for the handler")
        .isEqualTo(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build());
    assertThat(sent.get(1).getCustomMessage())
        .isEqualTo(
            CustomMessage.newBuilder().setCapability(ECHO).setType("back").setData(DATA).build());
    assertThat(echo.received).hasSize(1);
    assertThat(echo.received.get(0).agent()).isEqualTo(UID);
    assertThat(echo.received.get(0).type()).isEqualTo("say");
    assertThat(echo.received.get(0).description())
        .isEqualTo(hub.view(UID).report().getAgentDescription());
    assertThat(other.received).isEmpty();
  }

  @Test
  void acknowledgesAndIgnoresAnUnknownCapability_CUSTOM06() {
    hub.deliver(socket, first(UID, 1));
    assertThat(hub.deliver(socket, bare(UID, 1).setCustomMessage(message("com.example.nobody"))))
        .containsExactly(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build());
    assertThat(socket.closes()).isEmpty();
    assertThat(echo.received).isEmpty();
  }

  @Test
  void sendsNoReplyToAnAgentThatDidNotAnnounceTheCapability_CUSTOM04_CUSTOM09() {
    echo.replies = message -> List.of(reply("back", DATA));
    hub.deliver(socket, first(UID, 1));
    assertThat(hub.deliver(socket, bare(UID, 1).setCustomMessage(message(ECHO)))).hasSize(1);
    assertThat(echo.received).hasSize(1);
    hub.hub.closed(socket, "end");
    poll(bare(UID, 2).setCustomMessage(message(ECHO)));
    assertThat(poll(bare(UID, 3)).hasCustomMessage()).isFalse();
    assertThat(poll(bare(UID, 4).setCustomCapabilities(announcing(ECHO))).hasCustomMessage())
        .as("dropped, not kept for better times")
        .isFalse();
  }

  @Test
  void keepsRepliesForTheNextPolls_HTTP07() {
    echo.replies = message -> List.of(reply("one", DATA), reply("two", DATA));
    poll(first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    assertThat(poll(bare(UID, 1).setCustomMessage(message(ECHO))).hasCustomMessage()).isFalse();
    assertThat(poll(bare(UID, 2)).getCustomMessage().getType()).isEqualTo("one");
    assertThat(poll(bare(UID, 3)).getCustomMessage().getType()).isEqualTo("two");
    assertThat(poll(bare(UID, 4)).hasCustomMessage()).isFalse();
  }

  @Test
  void keepsAReplyForThePollAfterTheOneThatAsksForAUid() {
    echo.replies = message -> List.of(reply("one", DATA));
    poll(first(UID, 1).setCustomCapabilities(announcing(ECHO)).setCustomMessage(message(ECHO)));
    assertThat(poll(bare(UID, 1).setFlags(1)).hasCustomMessage()).isFalse();
    assertThat(poll(bare(UID, 2)).getCustomMessage().getType()).isEqualTo("one");
  }

  @Test
  void boundsTheRepliesThatWaitForPolls() {
    echo.replies =
        message -> {
          List<CustomMessageHandler.Reply> many = new ArrayList<>();
          for (int i = 0; i < Outbox.CAPACITY + 5; i++) {
            many.add(reply("r" + i, DATA));
          }
          return many;
        };
    poll(first(UID, 1).setCustomCapabilities(announcing(ECHO)).setCustomMessage(message(ECHO)));
    assertThat(hub.beside.customMessages.dropped()).isEqualTo(5);
    for (int seq = 1; seq <= Outbox.CAPACITY; seq++) {
      assertThat(poll(bare(UID, seq)).getCustomMessage().getType()).isEqualTo("r" + (seq - 1));
    }
    assertThat(poll(bare(UID, 99)).hasCustomMessage()).isFalse();
  }

  @Test
  void forgetsRepliesToAnAgentThatWentAway() {
    echo.replies = message -> List.of(reply("late", DATA));
    hub.deliver(socket, first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    hub.beside.holdsHandlerWork = true;
    hub.deliver(socket, bare(UID, 1).setCustomMessage(message(ECHO)));
    hub.hub.closed(socket, "end");
    hub.run();
    hub.beside.holdsHandlerWork = false;
    hub.run();
    FakeConnection later = FakeConnection.socket("s2");
    assertThat(hub.deliver(later, bare(UID, 2))).hasSize(1);
  }

  @Test
  void givesARepeatedMessageToTheHandlerOnceAndAnswersItTwice_RETRY04_E20() {
    hub.deliver(socket, first(UID, 1));
    AgentToServer.Builder message = bare(UID, 1).setCustomMessage(message(ECHO));
    assertThat(hub.deliver(socket, message)).hasSize(1);
    assertThat(hub.deliver(socket, message)).hasSize(1);
    assertThat(echo.received).hasSize(1);
  }

  @Test
  void goesOnWhenAHandlerThrowsOrAnswersNonsense() {
    hub.deliver(socket, first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    List<Function<CustomMessageHandler.Received, List<CustomMessageHandler.Reply>>> bad =
        List.of(
            message -> {
              throw new IllegalStateException("a defect");
            },
            message -> {
              throw new NoClassDefFoundError("missing/From/Plugin");
            },
            message -> {
              throw new StackOverflowError();
            },
            message -> null);
    int seq = 1;
    for (Function<CustomMessageHandler.Received, List<CustomMessageHandler.Reply>> one : bad) {
      echo.replies = one;
      assertThat(hub.deliver(socket, bare(UID, seq++).setCustomMessage(message(ECHO)))).hasSize(1);
    }
    echo.replies = message -> List.of(reply("well", DATA));
    assertThat(hub.deliver(socket, bare(UID, seq).setCustomMessage(message(ECHO)))).hasSize(2);
  }

  @Test
  void doesNotLetASlowHandlerHoldUpAgentsAndDropsWhatIsTooMuch() {
    hub.beside.holdsHandlerWork = true;
    hub.deliver(socket, first(UID, 1));
    int flood = Mailbox.CAPACITY + 10;
    for (int seq = 1; seq <= flood; seq++) {
      assertThat(hub.deliver(socket, bare(UID, seq).setCustomMessage(message(ECHO)))).hasSize(1);
    }
    assertThat(hub.beside.customMessages.dropped()).isEqualTo(10);
    assertThat(hub.beside.handlerWork).as("one lane, one piece of work").hasSize(1);
    hub.beside.holdsHandlerWork = false;
    hub.run();
    assertThat(echo.received).hasSize(Mailbox.CAPACITY);
    assertThat(hub.deliver(socket, bare(UID, flood + 1).setCustomMessage(message(ECHO))))
        .hasSize(1);
    assertThat(echo.received).hasSize(Mailbox.CAPACITY + 1);
  }

  @Test
  void handlesTheMessagesOfOneAgentInTheirOrder() {
    hub.beside.holdsHandlerWork = true;
    hub.deliver(socket, first(UID, 1));
    for (int seq = 1; seq <= 40; seq++) {
      CustomMessage message = message(ECHO).toBuilder().setType("t" + seq).build();
      hub.deliver(socket, bare(UID, seq).setCustomMessage(message));
    }
    hub.beside.holdsHandlerWork = false;
    hub.run();
    assertThat(echo.received)
        .map(CustomMessageHandler.Received::type)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 40).mapToObj(i -> "t" + i).toList());
  }

  @Test
  void letsAHandlerSpeakOnItsOwn_CUSTOM09() {
    assertThat(send(UID)).as("unknown").isFalse();
    hub.deliver(socket, first(UID, 1));
    assertThat(send(UID)).as("not announced").isFalse();
    hub.deliver(socket, bare(UID, 1).setCustomCapabilities(announcing(ECHO)));
    assertThat(send(UID)).isTrue();
    hub.run();
    assertThat(socket.takeSent())
        .singleElement()
        .extracting(ServerToAgent::getCustomMessage)
        .isEqualTo(message(ECHO));
    hub.hub.closed(socket, "end");
    hub.run();
    assertThat(send(UID)).as("gone").isFalse();
  }

  @Test
  void lettingAHandlerSpeakToAPollerIsBounded() {
    poll(first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    for (int i = 0; i < Outbox.CAPACITY; i++) {
      assertThat(send(UID)).isTrue();
    }
    assertThat(send(UID)).isFalse();
    hub.run();
    assertThat(poll(bare(UID, 1)).hasCustomMessage()).isTrue();
    assertThat(send(UID)).as("room again").isTrue();
  }

  @Test
  void forgetsWhatWaitedForAPollerThatStayedAway_E43() {
    poll(first(UID, 1).setCustomCapabilities(announcing(ECHO)));
    assertThat(send(UID)).isTrue();
    hub.pass(Duration.ofMinutes(5));
    assertThat(poll(bare(UID, 1)).hasCustomMessage()).isFalse();
  }

  private boolean send(InstanceUid uid) {
    return echo.sender.send(uid, ECHO, "say", DATA);
  }

  private ServerToAgent poll(AgentToServer.Builder message) {
    List<ServerToAgent> answers = hub.deliver(FakeConnection.exchange("e" + polls++), message);
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  private static CustomMessage message(String capability) {
    return CustomMessage.newBuilder()
        .setCapability(capability)
        .setType("say")
        .setData(DATA)
        .build();
  }

  private static CustomMessageHandler.Reply reply(String type, ByteString data) {
    return new CustomMessageHandler.Reply(type, data);
  }

  private static CustomCapabilities announcing(String name) {
    return CustomCapabilities.newBuilder().addCapabilities(name).build();
  }

  private static final class Handler implements CustomMessageHandler {
    private final String capability;
    private final List<Received> received = new ArrayList<>();
    private Function<Received, List<Reply>> replies = message -> List.of();
    private CustomMessageSender sender;

    Handler(String capability) {
      this.capability = capability;
    }

    @Override
    public Set<String> capabilities() {
      return Set.of(capability);
    }

    @Override
    public void started(CustomMessageSender given) {
      sender = given;
    }

    @Override
    public List<Reply> received(Received message) {
      received.add(message);
      return replies.apply(message);
    }
  }
}
