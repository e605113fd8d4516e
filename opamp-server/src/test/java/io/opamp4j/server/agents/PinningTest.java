package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.FRESH;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.server.fleet.Pin;
import io.opamp4j.storage.VersionConflictException;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pins that operators give: kept beside the labels, and with the agent on every node. */
class PinningTest {
  private static final long CONFIGURABLE = 0x1003;
  private static final Pin WEB = new Pin("web", Optional.empty());
  private static final Pin WEB_3 = new Pin("web", Optional.of(3L));
  private static final FleetView BY_PIN =
      (report, note, components) -> target(note.pin().map(Pin::toString).orElse("none"));

  private final Stores stores = ExtrasFixture.memory();
  private final BrittleDocumentStore documents = new BrittleDocumentStore(stores.documents());
  private final Hub hub = hub(ExtrasFixture.with(stores, documents));
  private final PinDesk pins = new PinDesk(editor(hub));
  private final LabelDesk labels = new LabelDesk(editor(hub));
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void aPinReachesAConnectedAgentAtOnceAndOnce() {
    connect(hub, socket);

    pins.put(UID, Optional.of(WEB), 0);
    hub.run();

    assertThat(hashes(socket.takeSent())).containsExactly("web");
    assertThat(hub.view(UID).note().pin()).contains(WEB);
    hub.pass(NoteUpkeep.REREAD.multipliedBy(2));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasRemoteConfig);

    pins.put(UID, Optional.empty(), 1);
    hub.run();
    assertThat(hashes(socket.takeSent())).containsExactly("none");
  }

  @Test
  void theFleetHearsOfAVersionThatAnAgentIsPinnedTo() {
    connect(hub, socket);
    pins.put(UID, Optional.of(WEB), 0);
    assertThat(hub.pinned).isEmpty();
    pins.put(UID, Optional.of(WEB_3), 1);
    ConfigurationRef version = new ConfigurationRef("web", 3);
    assertThat(hub.pinned).containsExactly(version);
    assertThat(hub.beside.noteBook.versions()).containsExactly(version);
    pins.put(UID, Optional.of(WEB), 2);
    assertThat(hub.beside.noteBook.versions()).isEmpty();
  }

  @Test
  void labelsAndPinLeaveEachOtherAlone() {
    connect(hub, socket);
    labels.put(UID, Map.of("env", "prod"), 0);
    pins.put(UID, Optional.of(WEB), 1);
    labels.edit(UID, Map.of("wave", "1"), Set.of());
    AgentNote both = new AgentNote(Map.of("env", "prod", "wave", "1"), Optional.of(WEB));
    assertThat(pins.find(UID)).isEqualTo(new KeptNote(both, 3));
    pins.set(UID, Optional.empty());
    assertThat(labels.find(UID).note().labels()).isEqualTo(both.labels());
  }

  @Test
  void anEditOfLabelsKeepsAPinThatIsGivenAtTheSameMoment() {
    connect(hub, socket);
    documents.beforeNextPut(() -> pins.put(UID, Optional.of(WEB), 0));
    labels.edit(UID, Map.of("a", "1"), Set.of());
    assertThat(pins.find(UID).note()).isEqualTo(new AgentNote(Map.of("a", "1"), Optional.of(WEB)));
  }

  @Test
  void whoPinsAnOldVersionIsToldAndChangesNothing() {
    connect(hub, socket);
    labels.put(UID, Map.of("a", "1"), 0);
    assertThatThrownBy(() -> pins.put(UID, Optional.of(WEB), 0))
        .isInstanceOfSatisfying(
            VersionConflictException.class, e -> assertThat(e.currentVersion()).isEqualTo(1));
    assertThat(pins.find(UID).note().pin()).isEmpty();
  }

  @Test
  void theSamePinAgainChangesNothing() {
    connect(hub, socket);
    assertThat(pins.wouldChange(hub.view(UID), Optional.of(WEB))).isTrue();
    assertThat(pins.set(UID, Optional.of(WEB))).isTrue();
    assertThat(pins.wouldChange(hub.view(UID), Optional.of(WEB))).isFalse();
    assertThat(pins.set(UID, Optional.of(WEB))).isFalse();
    assertThat(pins.find(UID).version()).isEqualTo(1);
  }

  /** What other nodes were told must not seem to change while this one starts. */
  @Test
  void aPinIsThereFromTheFirstMomentAfterARestart() {
    connect(hub, socket);
    pins.put(UID, Optional.of(WEB_3), 0);
    hub.run();
    hub.writer.flush();

    Hub restarted = hub(stores);

    assertThat(restarted.view(UID).note().pin()).contains(WEB_3);
    assertThat(restarted.beside.noteBook.versions())
        .containsExactly(new ConfigurationRef("web", 3));
    FakeConnection again = FakeConnection.socket("s2");
    assertThat(hashes(restarted.deliver(again, first(UID, CONFIGURABLE))))
        .containsExactly("web v3");
  }

  @Test
  void anotherNodeHearsOfItByTheFeed() {
    Hub other = hub(stores);
    connect(other, socket);
    pins.put(UID, Optional.of(WEB_3), 0);
    other.pass(Duration.ofSeconds(1));
    assertThat(hashes(socket.takeSent())).containsExactly("web v3");
    assertThat(other.pinned).containsExactly(new ConfigurationRef("web", 3));
  }

  @Test
  void aPinThatWasGivenBeforeTheAgentWasKnownHereHolds() {
    Hub other = hub(stores);
    pins.put(UID, Optional.of(WEB), 0);
    other.pass(Duration.ofSeconds(1));
    assertThat(other.deliver(socket, first(UID, CONFIGURABLE)))
        .extracting(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .containsExactly("web");
  }

  @Test
  void thePinGoesWithTheAgentToItsNewUid_D4() {
    hub.deliver(socket, first(UID, CONFIGURABLE).setFlags(1));
    pins.put(UID, Optional.of(WEB), 0);
    hub.run();
    hub.deliver(socket, bare(FRESH, 1));
    hub.pass(NoteUpkeep.REREAD.multipliedBy(2));
    assertThat(hub.view(FRESH).note().pin()).contains(WEB);
    assertThat(hub.beside.noteStore.find(UID)).isEmpty();
  }

  @Test
  void thePinGoesWhenTheAgentIsForgotten() {
    Hub forgetful =
        hub(stores, ServerConfig.Agents.DEFAULT.withRetention(Optional.of(Duration.ofMinutes(10))));
    connect(forgetful, socket);
    new PinDesk(editor(forgetful)).put(UID, Optional.of(WEB_3), 0);
    forgetful.run();
    forgetful.hub.closed(socket, "end");
    forgetful.pass(Duration.ofMinutes(12));
    assertThat(forgetful.beside.noteStore.find(UID)).isEmpty();
    assertThat(forgetful.beside.noteBook.versions()).isEmpty();
    forgetful.deliver(FakeConnection.socket("s2"), first(UID, CONFIGURABLE));
    assertThat(forgetful.view(UID).note()).isEqualTo(AgentNote.NONE);
  }

  @Test
  void aPinThatCannotBeReadHarmsNobody() {
    connect(hub, socket);
    stores
        .documents()
        .put(
            NoteStore.KIND,
            FRESH.toString(),
            ByteString.copyFromUtf8(
                "{\"schema\":1,\"labels\":{},\"pin\":{\"configuration\":\"NO NAME\"}}"),
            0);
    pins.put(UID, Optional.of(WEB), 0);
    assertThat(hub(stores).beside.noteBook.agents()).containsExactly(UID);
  }

  private static List<String> hashes(List<ServerToAgent> messages) {
    return messages.stream()
        .filter(ServerToAgent::hasRemoteConfig)
        .map(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .toList();
  }

  private static void connect(Hub hub, FakeConnection socket) {
    hub.deliver(socket, first(UID, CONFIGURABLE));
  }

  private static Hub hub(Stores stores) {
    return hub(stores, ServerConfig.Agents.DEFAULT);
  }

  private static Hub hub(Stores stores, ServerConfig.Agents config) {
    Hub hub = new Hub(stores.agents(), config, stores);
    hub.want(BY_PIN);
    return hub;
  }

  private static NoteEditor editor(Hub hub) {
    return new NoteEditor(hub.beside.noteStore, hub.beside.noteBook, hub.hub);
  }

  private static Target target(String hash) {
    AgentRemoteConfig config =
        AgentRemoteConfig.newBuilder().setConfigHash(ByteString.copyFromUtf8(hash)).build();
    return new Target(
        ServerToAgent.newBuilder().setRemoteConfig(config).build(),
        hash + " v1",
        List.of(),
        Optional.empty());
  }
}
