package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.FRESH;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.storage.VersionConflictException;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Labels that operators give: kept, applied to the right agent, on every node. */
class RelabellingTest {
  private static final long CONFIGURABLE = 0x1003;
  private static final ServerConfig.Agents CONFIG = ServerConfig.Agents.DEFAULT;
  private static final FleetView BY_ENV =
      (report, note, components) -> target(note.labels().getOrDefault("env", "none"));

  private final Stores stores = ExtrasFixture.memory();
  private final BrittleDocumentStore documents = new BrittleDocumentStore(stores.documents());
  private final Hub hub = hub(ExtrasFixture.with(stores, documents));
  private final LabelDesk desk = desk(hub);
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void anotherLabelRetargetsTheAgentAtOnceAndOnce() {
    connect(hub, socket);

    desk.put(UID, Map.of("env", "prod"), 0);
    hub.run();

    assertThat(socket.takeSent())
        .extracting(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .containsExactly("prod");
    assertThat(hub.view(UID).labels()).isEqualTo(Map.of("env", "prod"));
    hub.pass(NoteUpkeep.REREAD.multipliedBy(2));
    assertThat(socket.takeSent()).noneMatch(ServerToAgent::hasRemoteConfig);
    assertThat(hub.events)
        .filteredOn(AgentEvent.ConfigOffered.class::isInstance)
        .extracting(event -> ((AgentEvent.ConfigOffered) event).configName())
        .containsExactly("none v1", "prod v1");
  }

  @Test
  void aLabelThatPicksTheSameConfigurationSendsNothing() {
    connect(hub, socket);
    desk.put(UID, Map.of("other", "x"), 0);
    hub.run();
    assertThat(socket.takeSent()).isEmpty();
    assertThat(hub.view(UID).labels()).isEqualTo(Map.of("other", "x"));
  }

  @Test
  void labelsAreThereAfterARestart() {
    connect(hub, socket);
    desk.put(UID, Map.of("env", "prod"), 0);
    hub.run();
    hub.writer.flush();

    Hub restarted = hub(stores);

    assertThat(restarted.view(UID).labels()).isEqualTo(Map.of("env", "prod"));
    assertThat(restarted.view(UID).target().configName()).isEqualTo("prod v1");
    assertThat(desk(restarted).find(UID).version()).isEqualTo(1);
  }

  /** The record is written later than the labels, and a kill may come in between. */
  @Test
  void labelsAreThereThoughTheRecordWasNeverWritten() {
    connect(hub, socket);
    desk.put(UID, Map.of("env", "prod"), 0);

    Hub restarted = hub(stores);
    FakeConnection again = FakeConnection.socket("s2");
    List<ServerToAgent> answers = restarted.deliver(again, first(UID, CONFIGURABLE));

    assertThat(answers)
        .extracting(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .containsExactly("prod");
  }

  @Test
  void theRecordCarriesACopy() {
    connect(hub, socket);
    desk.put(UID, Map.of("env", "prod"), 0);
    hub.run();
    hub.writer.flush();
    assertThat(stores.agents().find(UID))
        .get()
        .satisfies(found -> assertThat(found.labels()).isEqualTo(Map.of("env", "prod")));
  }

  @Test
  void anotherNodeHearsOfThemByTheFeed() {
    Hub other = hub(stores);
    connect(other, socket);
    desk.put(UID, Map.of("env", "prod"), 0);
    other.pass(Duration.ofSeconds(1));
    assertThat(other.view(UID).labels()).isEqualTo(Map.of("env", "prod"));
    assertThat(socket.takeSent())
        .extracting(message -> message.getRemoteConfig().getConfigHash().toStringUtf8())
        .containsExactly("prod");
  }

  @Test
  void anotherNodeReadsThemAgainWhenTheHintWasLost() {
    Hub deaf =
        hub(
            new Stores(
                stores.storage(),
                stores.agents(),
                stores.documents(),
                stores.blobs(),
                listener -> () -> {}));
    connect(deaf, socket);
    deaf.pass(Duration.ofSeconds(1));
    desk.put(UID, Map.of("env", "prod"), 0);
    deaf.pass(NoteUpkeep.REREAD.minusSeconds(2));
    assertThat(deaf.view(UID).labels()).isEmpty();
    deaf.pass(Duration.ofSeconds(3));
    assertThat(deaf.view(UID).labels()).isEqualTo(Map.of("env", "prod"));
  }

  @Test
  void labelsGoWithTheAgentToItsNewUid_D4() {
    hub.deliver(socket, first(UID, CONFIGURABLE).setFlags(1));
    desk.put(UID, Map.of("env", "prod"), 0);
    hub.run();

    hub.deliver(socket, bare(FRESH, 1));

    assertThat(hub.view(FRESH).labels()).isEqualTo(Map.of("env", "prod"));
    hub.pass(NoteUpkeep.REREAD.multipliedBy(2));
    assertThat(hub.view(FRESH).labels()).isEqualTo(Map.of("env", "prod"));
    assertThat(desk.find(FRESH))
        .isEqualTo(new KeptNote(AgentNote.ofLabels(Map.of("env", "prod")), 1));
    assertThat(hub.beside.noteStore.find(UID)).isEmpty();
    hub.writer.flush();
    assertThat(hub(stores).view(FRESH).labels()).isEqualTo(Map.of("env", "prod"));
  }

  @Test
  void theMoveToTheNewUidIsMadeUpForWhenStorageIsBack_D4() {
    hub.deliver(socket, first(UID, CONFIGURABLE).setFlags(1));
    desk.put(UID, Map.of("env", "prod"), 0);
    documents.fail();
    hub.deliver(socket, bare(FRESH, 1));
    hub.pass(Duration.ofSeconds(40));
    assertThat(hub.view(FRESH).labels()).isEqualTo(Map.of("env", "prod"));
    documents.heal();
    hub.pass(Duration.ofSeconds(2));
    assertThat(hub.beside.noteStore.find(FRESH)).isPresent();
    assertThat(hub.beside.noteStore.find(UID)).isEmpty();
  }

  @Test
  void labelsGoWhenTheAgentIsForgotten() {
    Hub forgetful = hub(stores, CONFIG.withRetention(Optional.of(Duration.ofMinutes(10))));
    connect(forgetful, socket);
    desk(forgetful).put(UID, Map.of("env", "prod"), 0);
    forgetful.run();
    forgetful.hub.closed(socket, "end");
    forgetful.pass(Duration.ofMinutes(12));
    assertThat(forgetful.hub.find(UID)).isEmpty();
    assertThat(forgetful.beside.noteStore.find(UID)).isEmpty();
    forgetful.deliver(FakeConnection.socket("s2"), first(UID, CONFIGURABLE));
    assertThat(forgetful.view(UID).labels()).isEmpty();
  }

  @Test
  void whoEditsAnOldVersionIsToldAndChangesNothing() {
    connect(hub, socket);
    desk.put(UID, Map.of("a", "1"), 0);
    assertThatThrownBy(() -> desk.put(UID, Map.of("a", "2"), 0))
        .isInstanceOf(VersionConflictException.class);
    hub.run();
    assertThat(hub.view(UID).labels()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void anEditKeepsWhatSomebodyElseChangesAtTheSameMoment() {
    connect(hub, socket);
    documents.beforeNextPut(() -> desk.put(UID, Map.of("theirs", "1"), 0));

    assertThat(desk.edit(UID, Map.of("ours", "1"), Set.of())).isTrue();
    hub.run();

    assertThat(hub.view(UID).labels()).isEqualTo(Map.of("theirs", "1", "ours", "1"));
    assertThat(desk.edit(UID, Map.of("ours", "1"), Set.of("absent"))).isFalse();
    assertThat(desk.find(UID).version()).isEqualTo(2);
  }

  @Test
  void anEditNeverLeavesTooManyLabels() {
    connect(hub, socket);
    Map<String, String> most = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      most.put("k" + i, "v");
    }
    desk.put(UID, most, 0);
    hub.run();
    assertThatThrownBy(() -> desk.edit(UID, Map.of("one", "more"), Set.of()))
        .isInstanceOf(TooManyLabelsException.class);
    assertThatThrownBy(() -> desk.wouldChange(hub.view(UID), Map.of("one", "more"), Set.of()))
        .isInstanceOf(TooManyLabelsException.class);
    assertThat(desk.edit(UID, Map.of("one", "more"), Set.of("k0"))).isTrue();
  }

  /** Versions begin anew when a document was removed; the new one must not seem old. */
  @Test
  void labelsWrittenAnewAfterTheyWereRemovedElsewhereCount() {
    connect(hub, socket);
    desk.put(UID, Map.of("a", "1"), 0);
    desk.put(UID, Map.of("a", "2"), 1);
    stores.documents().remove(NoteStore.KIND, UID.toString(), 2);
    desk(hub(stores)).put(UID, Map.of("a", "3"), 0);
    hub.pass(Duration.ofSeconds(1));
    assertThat(hub.view(UID).labels()).isEqualTo(Map.of("a", "3"));
  }

  @Test
  void aDocumentThatCannotBeReadHarmsNobody() {
    connect(hub, socket);
    stores.documents().put(NoteStore.KIND, "no uid", ByteString.copyFromUtf8("{}"), 0);
    stores.documents().put(NoteStore.KIND, FRESH.toString(), ByteString.copyFromUtf8("x"), 0);
    desk.put(UID, Map.of("env", "prod"), 0);
    assertThat(hub(stores).beside.noteBook.agents()).containsExactly(UID);
  }

  private static void connect(Hub hub, FakeConnection socket) {
    hub.deliver(socket, first(UID, CONFIGURABLE));
  }

  private static Hub hub(Stores stores) {
    return hub(stores, CONFIG);
  }

  private static Hub hub(Stores stores, ServerConfig.Agents config) {
    Hub hub = new Hub(stores.agents(), config, stores);
    hub.want(BY_ENV);
    return hub;
  }

  private static LabelDesk desk(Hub hub) {
    return new LabelDesk(new NoteEditor(hub.beside.noteStore, hub.beside.noteBook, hub.hub));
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
