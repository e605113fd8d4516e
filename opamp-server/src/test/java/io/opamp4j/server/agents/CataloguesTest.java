package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Component catalogues: asked for once, kept once, forgotten with the last agent that has them. */
class CataloguesTest {
  private static final long TELLING = 0x4001;
  private static final long ASK = 2;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Stores memory = ExtrasFixture.memory();
  private final BrittleDocumentStore documents = new BrittleDocumentStore(memory.documents());
  private final Stores stores = ExtrasFixture.with(memory, documents);
  private final BrittleAgentStore agents = new BrittleAgentStore();
  private final Hub hub = new Hub(agents, ServerConfig.Agents.DEFAULT, stores);
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void asksForAnUnknownCatalogueAndKeepsItForAllAgents_COMP04_COMP06_D17() {
    assertThat(flags(first(UID, TELLING).setAvailableComponents(hash("x")))).isEqualTo(ASK);
    assertThat(flags(bare(UID, 1).setAvailableComponents(full("x")))).isZero();
    assertThat(hub.beside.catalogues.find(bytes("x"))).contains(full("x"));
    assertThat(flags(first(OTHER, TELLING).setAvailableComponents(hash("x")))).isZero();
    assertThat(flags(bare(OTHER, 1).setAvailableComponents(hash("y"))))
        .as("another build")
        .isEqualTo(ASK);
  }

  @Test
  void keepsACatalogueThatCameUnasked() {
    assertThat(flags(first(UID, TELLING).setAvailableComponents(full("x")))).isZero();
    assertThat(hub.beside.catalogues.find(bytes("x"))).contains(full("x"));
  }

  @Test
  void asksOneAgentAtATimeAndAnotherWhenNoAnswerCame() {
    assertThat(flags(first(UID, TELLING).setAvailableComponents(hash("x")))).isEqualTo(ASK);
    assertThat(flags(first(OTHER, TELLING).setAvailableComponents(hash("x")))).isZero();
    hub.time.advance(Duration.ofSeconds(9));
    assertThat(flags(bare(OTHER, 1))).isZero();
    hub.time.advance(Duration.ofSeconds(1));
    assertThat(flags(bare(OTHER, 2))).isEqualTo(ASK);
    assertThat(flags(bare(UID, 1))).isZero();
  }

  @Test
  void doesNotAskForEver() {
    long asks = flags(first(UID, TELLING).setAvailableComponents(hash("x"))) == ASK ? 1 : 0;
    for (int seq = 1; seq < 24 * 120; seq++) {
      hub.time.advance(Duration.ofSeconds(30));
      asks += flags(bare(UID, seq)) == ASK ? 1 : 0;
    }
    assertThat(asks).as("in a day of heartbeats").isEqualTo(10);
  }

  @Test
  void asksNoAgentThatDoesNotReportComponents_CAP11() {
    assertThat(flags(first(UID, 1).setAvailableComponents(hash("x")))).isZero();
  }

  @Test
  void keepsTheCatalogueOutOfTheRecordsAndViewsOfAgents_COMP06() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("x")));
    hub.writer.flush();
    assertThat(agents.find(UID).orElseThrow().report().getAvailableComponents())
        .isEqualTo(hash("x"));
    assertThat(hub.view(UID).report().getAvailableComponents()).isEqualTo(hash("x"));
  }

  @Test
  void ignoresACatalogueWithoutAHashAndOneUnderAHashThatIsTaken() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("")));
    assertThat(hub.beside.catalogues.find(ByteString.EMPTY)).isEmpty();
    hub.deliver(socket, bare(UID, 1).setAvailableComponents(full("x")));
    AvailableComponents other = full("z").toBuilder().setHash(bytes("x")).build();
    hub.deliver(socket, bare(UID, 2).setAvailableComponents(other));
    assertThat(hub.beside.catalogues.find(bytes("x"))).contains(full("x"));
    assertThat(hub.beside.catalogues.find(bytes("z"))).isEmpty();
  }

  @Test
  void neitherKeepsNorAsksForWhatIsTooLarge() {
    AvailableComponents large = sized("large", Catalogues.LARGEST);
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(large));
    assertThat(hub.beside.catalogues.find(bytes("large"))).isEmpty();
    String longHash = "h".repeat(CatalogueStore.LONGEST_HASH + 1);
    assertThat(flags(bare(UID, 1).setAvailableComponents(hash(longHash)))).isZero();
    hub.deliver(socket, bare(UID, 2).setAvailableComponents(full(longHash)));
    assertThat(hub.beside.catalogues.find(bytes(longHash))).isEmpty();
  }

  @Test
  void boundsWhatItKeepsOfAllCatalogues() {
    int each = Catalogues.LARGEST / 2;
    int fit = (int) (Catalogues.MOST_BYTES / each);
    Catalogues catalogues = new Catalogues(new CatalogueStore(documents), Hub.alone(), () -> NOW);
    for (int i = 0; i < fit + 5; i++) {
      catalogues.learn(sized("c" + i, each));
    }
    long kept = 0;
    for (int i = 0; i < fit + 5; i++) {
      kept += catalogues.find(bytes("c" + i)).isPresent() ? 1 : 0;
    }
    assertThat(kept).isBetween(fit - 1L, (long) fit);
    catalogues.upkeep(NOW, Set::of);
    catalogues.upkeep(NOW.plus(Catalogues.PRUNING), Set::of);
    catalogues.learn(sized("again", each));
    assertThat(catalogues.find(bytes("again"))).as("room again after pruning").isPresent();
  }

  @Test
  void asksForManyHashesInBoundedMemory() {
    Catalogues catalogues = new Catalogues(new CatalogueStore(documents), Hub.alone(), () -> NOW);
    for (int i = 0; i < 3 * Catalogues.MOST_INQUIRIES; i++) {
      assertThat(catalogues.asksNow(bytes("h" + i), NOW)).isTrue();
    }
    assertThat(catalogues.asksNow(bytes("h" + (3 * Catalogues.MOST_INQUIRIES - 1)), NOW))
        .as("the latest are remembered")
        .isFalse();
    assertThat(catalogues.asksNow(bytes("h0"), NOW)).as("the oldest are not").isTrue();
  }

  @Test
  void knowsCataloguesOverARestart() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("x")));
    assertThat(stored("x")).as("not written on the agents' workers").isEmpty();
    hub.pass(Duration.ofSeconds(1));
    assertThat(stored("x")).isPresent();
    hub.writer.flush();
    Hub restarted = new Hub(agents, ServerConfig.Agents.DEFAULT, stores);
    assertThat(restarted.beside.catalogues.find(bytes("x"))).contains(full("x"));
    AgentToServer.Builder message = first(OTHER, TELLING).setAvailableComponents(hash("x"));
    assertThat(restarted.deliver(socket, message).get(0).getFlags()).isZero();
  }

  @Test
  void writesLaterWhatCouldNotBeWritten() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("x")));
    documents.fail();
    hub.pass(Duration.ofSeconds(2));
    documents.heal();
    assertThat(stored("x")).isEmpty();
    hub.pass(Duration.ofSeconds(1));
    assertThat(stored("x")).isPresent();
    int writes = documents.writes();
    hub.pass(Duration.ofSeconds(5));
    assertThat(documents.writes()).as("once").isEqualTo(writes);
  }

  @Test
  void takesItForWrittenWhenAnotherNodeWasQuicker() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("x")));
    documents.put(CatalogueStore.KIND, "78", full("x").toByteString(), DocumentStore.ABSENT);
    hub.pass(Duration.ofSeconds(2));
    assertThat(stored("x")).map(Document::version).contains(1L);
  }

  @Test
  void forgetsWhatNoAgentHasAnyMore() {
    hub.deliver(socket, first(UID, TELLING).setAvailableComponents(full("x")));
    hub.pass(Duration.ofSeconds(1));
    hub.deliver(socket, bare(UID, 1).setAvailableComponents(full("y")));
    tickAfter(Catalogues.PRUNING);
    assertThat(stored("x")).as("for a while it may come back").isPresent();
    tickAfter(Catalogues.PRUNING);
    assertThat(stored("x")).isEmpty();
    assertThat(hub.beside.catalogues.find(bytes("x"))).isEmpty();
    assertThat(hub.beside.catalogues.find(bytes("y"))).isPresent();
    assertThat(flags(bare(UID, 2).setAvailableComponents(hash("x"))))
        .as("asked for again when it is back")
        .isEqualTo(ASK);
  }

  @Test
  void forgetsAtTheStartWhatNoAgentHasAndWhatCannotBeRead() {
    documents.put(CatalogueStore.KIND, "78", full("x").toByteString(), DocumentStore.ABSENT);
    documents.put(CatalogueStore.KIND, "79", full("x").toByteString(), DocumentStore.ABSENT);
    documents.put(CatalogueStore.KIND, "zz", bytes("\uffff"), DocumentStore.ABSENT);
    new Hub(agents, ServerConfig.Agents.DEFAULT, stores);
    assertThat(documents.list(CatalogueStore.KIND, Optional.empty(), 10).items()).isEmpty();
  }

  private void tickAfter(Duration time) {
    hub.beside.upkeep.tick(hub.time.advance(time));
  }

  private long flags(AgentToServer.Builder message) {
    List<ServerToAgent> answers = hub.deliver(socket, message);
    assertThat(answers).hasSize(1);
    return answers.get(0).getFlags();
  }

  private Optional<Document> stored(String hash) {
    String id = HexFormat.of().formatHex(bytes(hash).toByteArray());
    return memory.documents().find(CatalogueStore.KIND, id);
  }

  private static AvailableComponents hash(String hash) {
    return AvailableComponents.newBuilder().setHash(bytes(hash)).build();
  }

  private static AvailableComponents full(String hash) {
    return hash(hash).toBuilder()
        .putComponents("receivers of " + hash, ComponentDetails.getDefaultInstance())
        .build();
  }

  private static AvailableComponents sized(String hash, int bytes) {
    KeyValue filler =
        KeyValue.newBuilder()
            .setKey("filler")
            .setValue(AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[bytes])))
            .build();
    return hash(hash).toBuilder()
        .putComponents("large", ComponentDetails.newBuilder().addMetadata(filler).build())
        .build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
