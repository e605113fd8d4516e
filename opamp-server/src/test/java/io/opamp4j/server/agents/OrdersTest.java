package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.FRESH;
import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CommandType;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * One-shot orders from the desk to the wire: each leaves once, alone where it must, or not at all.
 */
class OrdersTest {
  private static final long RESTARTABLE = 0x401;
  private static final ServerConfig.Agents CONFIG = ServerConfig.Agents.DEFAULT;
  private static final OrderDraft RESTART = draft(Duration.ofHours(1));
  private static final CustomMessage PAUSE =
      CustomMessage.newBuilder()
          .setCapability("com.example.pause")
          .setType("pause")
          .setData(ByteString.copyFrom(new byte[] {0, -1}))
          .build();

  private final Stores memory = ExtrasFixture.memory();
  private final BrittleDocumentStore documents = new BrittleDocumentStore(memory.documents());
  private final Stores stores = ExtrasFixture.with(memory, documents);
  private final BrittleAgentStore agents = new BrittleAgentStore();
  private final Hub hub = new Hub(agents, CONFIG, stores);
  private final FakeConnection socket = FakeConnection.socket("s1");
  private int polls;

  @Test
  void pushesARestartAtOnceAndAlone_CMD01_D16() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    assertThat(socket.takeSent()).as("not before it is claimed").isEmpty();
    hub.run();
    assertThat(socket.takeSent()).containsExactly(restart(0));
    assertThat(state(order)).isEqualTo(Order.State.SENT);
    assertThat(hub.events)
        .contains(new AgentEvent.OrderSent(UID, hub.time.instant(), order.id(), "restart"));
    hub.pass(Duration.ofMinutes(2));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasCommand);
  }

  @Test
  void pushesWhatWaitedBehindTheFirstAnswer_CAP08_E18() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    hub.hub.closed(socket, "end");
    hub.run();
    order(RESTART);
    order(custom(PAUSE));
    hub.run();
    FakeConnection later = FakeConnection.socket("s2");
    List<ServerToAgent> sent =
        hub.deliver(later, bare(UID, 1).setCustomCapabilities(announcing(PAUSE)));
    assertThat(sent).hasSize(3);
    assertThat(sent.get(0).getCapabilities()).isNotZero();
    assertThat(sent.get(0).hasCommand()).isFalse();
    assertThat(sent.get(1)).isEqualTo(restart(0));
    assertThat(sent.get(2).getCustomMessage()).as("CUSTOM-08").isEqualTo(PAUSE);
  }

  @Test
  void waitsUntilTheAgentTakesIt_CMD03_CAP11_CUSTOM09() {
    hub.deliver(socket, first(UID, 1));
    order(RESTART);
    order(custom(PAUSE));
    hub.run();
    assertThat(socket.takeSent()).isEmpty();
    assertThat(hub.deliver(socket, bare(UID, 1).setCustomCapabilities(announcing(PAUSE))))
        .as("the younger one is not held up by the older")
        .hasSize(2)
        .last()
        .matches(ServerToAgent::hasCustomMessage);
    assertThat(hub.deliver(socket, bare(UID, 2).setCapabilities(RESTARTABLE)))
        .hasSize(2)
        .last()
        .isEqualTo(restart(0));
  }

  @Test
  void waitsForTheNextPollAndIsItsWholeAnswer_CMD01_HTTP07_E62() {
    poll(first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.run();
    hub.want("h1");
    assertThat(poll(bare(UID, 1))).isEqualTo(restart(0x7));
    assertThat(state(order)).isEqualTo(Order.State.SENT);
    assertThat(poll(bare(UID, 2)).hasCommand()).isFalse();
  }

  @Test
  void sendsOneOrderWithEachPoll_HTTP02() {
    poll(first(UID, RESTARTABLE).setCustomCapabilities(announcing(PAUSE)));
    order(custom(PAUSE));
    order(RESTART);
    assertThat(poll(bare(UID, 1)).getCustomMessage()).isEqualTo(PAUSE);
    assertThat(poll(bare(UID, 2)).hasCommand()).isTrue();
  }

  @Test
  void answersAPollWhileStorageFailsAndKeepsTheOrder_STAT04() {
    poll(first(UID, RESTARTABLE));
    Order order = order(RESTART);
    documents.fail();
    assertThat(poll(bare(UID, 1)).hasCommand()).isFalse();
    documents.heal();
    assertThat(state(order)).isEqualTo(Order.State.PENDING);
    assertThat(poll(bare(UID, 2)).hasCommand()).isTrue();
  }

  @Test
  void neverSendsAnOrderWhoseClaimIsInDoubt() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    documents.failAfterWrites();
    hub.run();
    documents.heal();
    hub.pass(Duration.ofMinutes(2));
    hub.deliver(socket, bare(UID, 1));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasCommand);
    assertThat(state(order)).isEqualTo(Order.State.SENT);
  }

  @Test
  void losesAnOrderToAKillBetweenClaimAndSendAndNeverSendsItTwice() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    hub.writer.flush();
    Order order = order(RESTART);
    hub.beside.holdsStorageWork = true;
    hub.run();
    // The claim is made; what it posts to the mailbox dies with the process.
    hub.beside.storageWork.poll().run();
    assertThat(socket.takeSent()).isEmpty();
    Hub restarted = new Hub(agents, CONFIG, stores);
    FakeConnection later = FakeConnection.socket("s2");
    assertThat(restarted.deliver(later, bare(UID, 1))).hasSize(1);
    restarted.pass(Duration.ofMinutes(2));
    assertThat(later.takeSent()).noneMatch(ServerToAgent::hasCommand);
    assertThat(state(order)).isEqualTo(Order.State.SENT);
  }

  @Test
  void sendsAnOrderThatWasMadeBeforeAKill() {
    hub.deliver(socket, first(UID, 1));
    hub.writer.flush();
    Order order = order(RESTART);
    Hub restarted = new Hub(agents, CONFIG, stores);
    FakeConnection later = FakeConnection.socket("s2");
    assertThat(restarted.deliver(later, first(UID, RESTARTABLE)))
        .last()
        .matches(ServerToAgent::hasCommand);
    assertThat(state(order)).isEqualTo(Order.State.SENT);
  }

  @Test
  void waitsAgainWhenTheConnectionEndsBetweenClaimAndSend() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.beside.holdsStorageWork = true;
    hub.run();
    hub.hub.closed(socket, "gone");
    hub.run();
    hub.beside.holdsStorageWork = false;
    hub.run();
    assertThat(socket.takeSent()).isEmpty();
    documents.fail();
    hub.pass(Duration.ofSeconds(3));
    documents.heal();
    assertThat(state(order)).as("storage failed meanwhile").isEqualTo(Order.State.SENT);
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.PENDING);
    FakeConnection later = FakeConnection.socket("s2");
    assertThat(hub.deliver(later, bare(UID, 1))).last().isEqualTo(restart(0));
  }

  @Test
  void waitsAgainWhenTheEndOfTheConnectionIsNotedBeforeItIsWorkedOn() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.beside.holdsStorageWork = true;
    hub.run();
    hub.beside.storageWork.poll().run();
    hub.hub.closed(socket, "gone");
    hub.run();
    assertThat(socket.takeSent()).isEmpty();
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.PENDING);
  }

  @Test
  void waitsAgainWhenThePollItWasClaimedForTurnsOutNotToTakeIt() {
    poll(first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.beside.holdsStorageWork = true;
    FakeConnection held = FakeConnection.exchange("held");
    hub.hub.received(held, bare(UID, 1).build());
    hub.run();
    assertThat(held.takeSent()).as("held back for the claim").isEmpty();
    // An overlapping poll is not held back, and takes the capability away.
    assertThat(poll(bare(UID, 2).setCapabilities(1)).hasCommand()).isFalse();
    hub.beside.holdsStorageWork = false;
    hub.run();
    assertThat(held.takeSent()).singleElement().matches(answer -> !answer.hasCommand());
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.PENDING);
  }

  @Test
  void marksAnOrderFailedWhenTheServerFailsOnIt() {
    FakeConnection broken = FakeConnection.socket("s1");
    hub.deliver(broken, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    broken.failSends();
    hub.run();
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.FAILED);
  }

  @Test
  void expiresInTimeAndIsNotSentAfterwards() {
    hub.deliver(socket, first(UID, 1));
    Order order = order(draft(Duration.ofMinutes(10)));
    hub.pass(Duration.ofMinutes(10).minusSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.PENDING);
    socket.takeSent();
    hub.time.advance(Duration.ofSeconds(1));
    assertThat(hub.deliver(socket, bare(UID, 1).setCapabilities(RESTARTABLE)))
        .as("its time is over, though no tick has seen it")
        .hasSize(1);
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.EXPIRED);
  }

  @Test
  void expiresWhileNoServerRuns() {
    hub.deliver(socket, first(UID, 1));
    hub.writer.flush();
    Order order = order(RESTART);
    Hub later = new Hub(agents, CONFIG, stores);
    later.time.advance(Duration.ofHours(2));
    later.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.EXPIRED);
    assertThat(later.deliver(FakeConnection.socket("s2"), first(UID, RESTARTABLE))).hasSize(1);
  }

  @Test
  void showsFinishedOrdersForADayAndThenNoMore() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.run();
    hub.time.advance(OrderUpkeep.SHOWN.minusMinutes(1));
    hub.pass(Duration.ofSeconds(1));
    assertThat(state(order)).isEqualTo(Order.State.SENT);
    hub.time.advance(Duration.ofMinutes(1));
    hub.pass(OrderUpkeep.REREAD.plusSeconds(1));
    assertThat(hub.beside.desk.find(UID, order.id())).isEmpty();
  }

  @Test
  void sendsNothingThatWasCancelledInTime() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    assertThat(hub.beside.desk.cancel(UID, order.id())).isTrue();
    hub.run();
    hub.deliver(socket, bare(UID, 1));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasCommand);
    assertThat(hub.beside.desk.cancel(UID, order.id())).as("again").isTrue();
    assertThat(state(order)).isEqualTo(Order.State.CANCELLED);
    assertThat(hub.beside.desk.cancel(OTHER, order.id())).as("nobody's").isFalse();
  }

  @Test
  void aCancellationBeatsAClaimThatHasReadTheOrder() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    documents.beforeNextPut(() -> hub.beside.desk.cancel(UID, order.id()));
    hub.run();
    assertThat(socket.takeSent()).isEmpty();
    assertThat(state(order)).isEqualTo(Order.State.CANCELLED);
  }

  @Test
  void refusesToCancelWhatWasSent() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    Order order = order(RESTART);
    hub.run();
    assertThat(refusal(() -> hub.beside.desk.cancel(UID, order.id())))
        .isEqualTo(OrderRefusedException.Reason.NOT_PENDING);
    assertThat(state(order)).isEqualTo(Order.State.SENT);
  }

  @Test
  void makesOneOrderOfOneKey() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    OrderDraft keyed = new OrderDraft(Optional.empty(), Duration.ofHours(1), Optional.of("k 1"));
    OrderDesk.Created created = hub.beside.desk.create(UID, keyed);
    assertThat(created.isNew()).isTrue();
    hub.run();
    OrderDesk.Created repeated = hub.beside.desk.create(UID, keyed);
    hub.run();
    assertThat(repeated.isNew()).isFalse();
    assertThat(repeated.order().id()).isEqualTo(created.order().id());
    assertThat(socket.takeSent()).as("sent once").hasSize(1);
    OrderDraft other = new OrderDraft(Optional.of(PAUSE), Duration.ofHours(1), Optional.of("k 1"));
    assertThat(refusal(() -> hub.beside.desk.create(UID, other)))
        .isEqualTo(OrderRefusedException.Reason.KEY_IN_USE);
    assertThat(hub.beside.desk.create(OTHER, other).isNew()).as("another agent's").isTrue();
  }

  @Test
  void boundsWhatWaitsForOneAgent() {
    for (int i = 0; i < OrderBook.MOST_PER_AGENT; i++) {
      order(RESTART);
    }
    assertThat(refusal(() -> order(RESTART))).isEqualTo(OrderRefusedException.Reason.TOO_MANY);
    hub.beside.desk.create(OTHER, RESTART);
    Hub restarted = new Hub(agents, CONFIG, stores);
    assertThat(refusal(() -> restarted.beside.desk.create(UID, RESTART)))
        .as("counted again at the start")
        .isEqualTo(OrderRefusedException.Reason.TOO_MANY);
  }

  @Test
  void isNotThereWhenItCouldNotBeStored() {
    hub.deliver(socket, first(UID, RESTARTABLE));
    documents.fail();
    assertThatThrownBy(() -> order(RESTART)).isInstanceOf(StorageException.class);
    documents.heal();
    hub.run();
    hub.deliver(socket, bare(UID, 1));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasCommand);
  }

  @Test
  void goesWithTheAgentToItsNewUid_D4() {
    hub.deliver(socket, first(UID, 1).setFlags(1));
    Order order = order(RESTART);
    hub.deliver(socket, bare(FRESH, 1));
    hub.pass(Duration.ofSeconds(1));
    assertThat(hub.beside.desk.find(UID, order.id())).isEmpty();
    assertThat(hub.beside.desk.find(FRESH, order.id()))
        .map(Order::state)
        .contains(Order.State.PENDING);
    assertThat(hub.deliver(socket, bare(FRESH, 2).setCapabilities(RESTARTABLE)))
        .last()
        .matches(ServerToAgent::hasCommand);
  }

  @Test
  void goesWhenItsAgentIsForgotten() {
    Hub forgetful =
        new Hub(agents, CONFIG.withRetention(Optional.of(Duration.ofMinutes(10))), stores);
    forgetful.deliver(socket, first(UID, 1));
    forgetful.hub.closed(socket, "end");
    Order order = forgetful.beside.desk.create(UID, RESTART).order();
    Order others = forgetful.beside.desk.create(OTHER, RESTART).order();
    forgetful.pass(Duration.ofMinutes(12));
    assertThat(forgetful.beside.desk.find(UID, order.id())).isEmpty();
    assertThat(forgetful.beside.desk.find(OTHER, others.id())).isPresent();
  }

  @Test
  void findsWhatWaitsBehindAnyNumberOfFinishedOrders() {
    hub.deliver(socket, first(UID, RESTARTABLE).setFlags(1));
    for (int i = 0; i < 600; i++) {
      order(RESTART);
      hub.run();
    }
    hub.deliver(socket, bare(UID, 1).setCapabilities(1).setFlags(1));
    Order waiting = order(RESTART);
    hub.deliver(socket, bare(FRESH, 2));
    hub.pass(Duration.ofSeconds(1));
    assertThat(hub.beside.desk.find(FRESH, waiting.id()))
        .map(Order::state)
        .contains(Order.State.PENDING);
  }

  @Test
  void takesNoDraftThatCouldNeverBeSent() {
    CustomMessage large =
        PAUSE.toBuilder()
            .setData(ByteString.copyFrom(new byte[OrderDraft.LARGEST_DATA + 1]))
            .build();
    assertThatThrownBy(() -> custom(large)).isInstanceOf(IllegalArgumentException.class);
    CustomMessage nameless = PAUSE.toBuilder().setCapability("pause").build();
    assertThatThrownBy(() -> custom(nameless)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> draft(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> draft(OrderDraft.LONGEST_LIFETIME.plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void listsTheOrdersOfOneAgentByPages() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      hub.time.advance(Duration.ofSeconds(1));
      ids.add(order(RESTART).id());
      hub.beside.desk.create(OTHER, RESTART);
    }
    Page<Order> page = hub.beside.desk.list(UID, Optional.empty(), 3);
    assertThat(page.items()).map(Order::id).isEqualTo(ids.subList(0, 3));
    assertThat(page.more()).isTrue();
    page = hub.beside.desk.list(UID, Optional.of(ids.get(2)), 2);
    assertThat(page.items()).map(Order::id).isEqualTo(ids.subList(3, 5));
    assertThat(page.more()).as("the other agent's do not count").isFalse();
  }

  @Test
  void hearsOfAnOrderMadeOnAnotherNode() {
    Hub node = new Hub(agents, CONFIG, stores);
    node.deliver(socket, first(UID, RESTARTABLE));
    hub.beside.desk.create(UID, RESTART);
    node.pass(OrderUpkeep.REREAD.plusSeconds(1));
    assertThat(socket.takeSent()).filteredOn(ServerToAgent::hasCommand).hasSize(1);
  }

  @Test
  void leavesOnceHoweverTwoNodesRaceForIt() {
    for (long seed = 0; seed < 300; seed++) {
      race(seed);
    }
  }

  /** Both nodes have a connection of the agent, and every step of both comes in any order. */
  private void race(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Stores shared = ExtrasFixture.memory();
    List<Hub> nodes = List.of(new Hub(agents, CONFIG, shared), new Hub(agents, CONFIG, shared));
    List<FakeConnection> sockets = new ArrayList<>();
    for (Hub node : nodes) {
      sockets.add(FakeConnection.socket("s" + sockets.size()));
      node.deliver(sockets.get(sockets.size() - 1), first(UID, RESTARTABLE));
      node.beside.holdsStorageWork = true;
    }
    FakeConnection[] open = sockets.toArray(FakeConnection[]::new);
    Set<String> ordered = new HashSet<>();
    Set<String> cancelled = new HashSet<>();
    for (int step = 0; step < 60; step++) {
      int i = random.nextInt(2);
      Hub node = nodes.get(i);
      switch (random.nextInt(6)) {
        case 0 -> ordered.add(node.beside.desk.create(UID, RESTART).order().id());
        case 1 -> cancelSome(node, random, cancelled);
        case 2 -> node.beside.upkeep.tick(node.time.advance(Duration.ofSeconds(7)));
        case 3 -> node.run();
        case 4 -> {
          node.hub.closed(open[i], "reset");
          sockets.add(FakeConnection.socket("s" + sockets.size()));
          open[i] = sockets.get(sockets.size() - 1);
          node.hub.received(open[i], bare(UID, 1 + step).build());
        }
        default -> {
          if (!node.beside.storageWork.isEmpty()) {
            node.beside.storageWork.poll().run();
          }
        }
      }
    }
    for (int calm = 0; calm < 3; calm++) {
      for (Hub node : nodes) {
        node.beside.holdsStorageWork = false;
        node.run();
        node.pass(OrderUpkeep.REREAD.plusSeconds(1));
      }
    }
    long commands =
        sockets.stream()
            .flatMap(connection -> connection.takeSent().stream())
            .filter(ServerToAgent::hasCommand)
            .count();
    List<String> told =
        nodes.stream()
            .flatMap(node -> node.events.stream())
            .filter(AgentEvent.OrderSent.class::isInstance)
            .map(event -> ((AgentEvent.OrderSent) event).order())
            .toList();
    Set<String> expected = new HashSet<>(ordered);
    expected.removeAll(cancelled);
    assertThat(told).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(commands).as("seed %d", seed).isEqualTo(expected.size());
  }

  private static void cancelSome(Hub node, SplittableRandom random, Set<String> cancelled) {
    List<Order> orders = node.beside.desk.list(UID, Optional.empty(), 100).items();
    if (orders.isEmpty()) {
      return;
    }
    Order victim = orders.get(random.nextInt(orders.size()));
    try {
      if (node.beside.desk.cancel(UID, victim.id())) {
        cancelled.add(victim.id());
      }
    } catch (OrderRefusedException e) {
      assertThat(e.reason()).isEqualTo(OrderRefusedException.Reason.NOT_PENDING);
    }
  }

  private Order order(OrderDraft draft) {
    hub.time.advance(Duration.ofMillis(1));
    return hub.beside.desk.create(UID, draft).order();
  }

  private ServerToAgent poll(AgentToServer.Builder message) {
    List<ServerToAgent> answers = hub.deliver(FakeConnection.exchange("e" + polls++), message);
    assertThat(answers).as("STAT-04").hasSize(1);
    return answers.get(0);
  }

  private Order.State state(Order order) {
    return hub.beside.desk.find(order.agent(), order.id()).orElseThrow().state();
  }

  private static OrderRefusedException.Reason refusal(ThrowingCallable call) {
    return catchThrowableOfType(OrderRefusedException.class, call).reason();
  }

  private static OrderDraft draft(Duration lifetime) {
    return new OrderDraft(Optional.empty(), lifetime, Optional.empty());
  }

  private static OrderDraft custom(CustomMessage message) {
    return new OrderDraft(Optional.of(message), Duration.ofHours(1), Optional.empty());
  }

  private static CustomCapabilities announcing(CustomMessage message) {
    return CustomCapabilities.newBuilder().addCapabilities(message.getCapability()).build();
  }

  private static ServerToAgent restart(long capabilities) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(UID.toBytes())
        .setCapabilities(capabilities)
        .setCommand(ServerToAgentCommand.newBuilder().setType(CommandType.CommandType_Restart))
        .build();
  }
}
