package io.opamp4j.server.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Pin;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators say of agents: one document for each agent, a JSON object that names its schema,
 * with labels and pin. The kind {@value #KIND} is called so because labels came first. Blocks and
 * throws as {@link DocumentStore} does; thread-safe.
 */
final class NoteStore {
  static final String KIND = "agent-labels";

  private static final int SCHEMA = 1;
  private static final int PAGE = 1_000;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final Logger log = LoggerFactory.getLogger(NoteStore.class);

  private final DocumentStore documents;

  @Inject
  NoteStore(DocumentStore documents) {
    this.documents = documents;
  }

  /** What was said of this agent; empty if nothing was, or it cannot be read. */
  Optional<KeptNote> find(InstanceUid agent) {
    return documents.find(KIND, agent.toString()).flatMap(NoteStore::read);
  }

  /**
   * Writes the next version.
   *
   * @throws io.opamp4j.storage.VersionConflictException if the expected version is not the present
   *     one
   */
  KeptNote put(InstanceUid agent, AgentNote note, long expectedVersion) {
    Document written = documents.put(KIND, agent.toString(), encode(note), expectedVersion);
    return new KeptNote(note, written.version());
  }

  /**
   * @throws io.opamp4j.storage.VersionConflictException if this is not the present version
   */
  void remove(InstanceUid agent, long version) {
    documents.remove(KIND, agent.toString(), version);
  }

  void readAll(BiConsumer<InstanceUid, KeptNote> reader) {
    Optional<String> after = Optional.empty();
    Page<Document> page;
    do {
      page = documents.list(KIND, after, PAGE);
      for (Document document : page.items()) {
        after = Optional.of(document.id());
        agent(document.id())
            .ifPresent(uid -> read(document).ifPresent(note -> reader.accept(uid, note)));
      }
    } while (page.more());
  }

  /** Of whom the document of this id speaks. */
  static Optional<InstanceUid> agent(String documentId) {
    try {
      return Optional.of(InstanceUid.parse(documentId));
    } catch (IllegalArgumentException e) {
      log.debug("what is said of {}, which is no uid, is ignored", documentId);
      return Optional.empty();
    }
  }

  private static ByteString encode(AgentNote note) {
    ObjectNode root = MAPPER.createObjectNode().put("schema", SCHEMA);
    ObjectNode members = root.putObject("labels");
    new TreeMap<>(note.labels()).forEach(members::put);
    note.pin()
        .ifPresent(
            pin -> {
              ObjectNode member = root.putObject("pin").put("configuration", pin.configuration());
              pin.version().ifPresent(version -> member.put("version", version));
            });
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static Optional<KeptNote> read(Document document) {
    try {
      JsonNode root = MAPPER.readTree(document.body().newInput());
      if (root.path("schema").asInt() == SCHEMA) {
        Map<String, String> labels = new HashMap<>();
        root.path("labels")
            .properties()
            .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return Optional.of(
            new KeptNote(new AgentNote(labels, pin(root.path("pin"))), document.version()));
      }
      log.warn("what is said of agent {} has a schema this server does not know", document.id());
    } catch (IOException | IllegalArgumentException e) {
      log.warn("what is said of agent {} cannot be read", document.id());
    }
    return Optional.empty();
  }

  private static Optional<Pin> pin(JsonNode member) {
    if (member.isMissingNode()) {
      return Optional.empty();
    }
    JsonNode version = member.path("version");
    return Optional.of(
        new Pin(
            member.path("configuration").asText(),
            version.isMissingNode() ? Optional.empty() : Optional.of(version.asLong())));
  }
}
