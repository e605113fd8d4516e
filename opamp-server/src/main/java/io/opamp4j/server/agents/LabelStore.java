package io.opamp4j.server.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
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
 * The labels that operators gave to agents: one document of the kind {@value #KIND} for each agent,
 * a JSON object that names its schema. Blocks and throws as {@link DocumentStore} does;
 * thread-safe.
 */
final class LabelStore {
  static final String KIND = "agent-labels";

  private static final int SCHEMA = 1;
  private static final int PAGE = 1_000;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final Logger log = LoggerFactory.getLogger(LabelStore.class);

  private final DocumentStore documents;

  @Inject
  LabelStore(DocumentStore documents) {
    this.documents = documents;
  }

  /** What was said of this agent; empty if nothing was, or it cannot be read. */
  Optional<AgentLabels> find(InstanceUid agent) {
    return documents.find(KIND, agent.toString()).flatMap(LabelStore::read);
  }

  /**
   * Writes the next version.
   *
   * @throws io.opamp4j.storage.VersionConflictException if the expected version is not the present
   *     one
   */
  AgentLabels put(InstanceUid agent, Map<String, String> labels, long expectedVersion) {
    Document written = documents.put(KIND, agent.toString(), encode(labels), expectedVersion);
    return new AgentLabels(labels, written.version());
  }

  /**
   * @throws io.opamp4j.storage.VersionConflictException if this is not the present version
   */
  void remove(InstanceUid agent, long version) {
    documents.remove(KIND, agent.toString(), version);
  }

  void readAll(BiConsumer<InstanceUid, AgentLabels> reader) {
    Optional<String> after = Optional.empty();
    Page<Document> page;
    do {
      page = documents.list(KIND, after, PAGE);
      for (Document document : page.items()) {
        after = Optional.of(document.id());
        agent(document.id())
            .ifPresent(uid -> read(document).ifPresent(labels -> reader.accept(uid, labels)));
      }
    } while (page.more());
  }

  /** Whose labels the document of this id holds. */
  static Optional<InstanceUid> agent(String documentId) {
    try {
      return Optional.of(InstanceUid.parse(documentId));
    } catch (IllegalArgumentException e) {
      log.debug("labels of {}, which is no uid, are ignored", documentId);
      return Optional.empty();
    }
  }

  private static ByteString encode(Map<String, String> labels) {
    ObjectNode root = MAPPER.createObjectNode().put("schema", SCHEMA);
    ObjectNode members = root.putObject("labels");
    new TreeMap<>(labels).forEach(members::put);
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static Optional<AgentLabels> read(Document document) {
    try {
      JsonNode root = MAPPER.readTree(document.body().newInput());
      if (root.path("schema").asInt() == SCHEMA) {
        Map<String, String> labels = new HashMap<>();
        root.path("labels")
            .properties()
            .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return Optional.of(new AgentLabels(labels, document.version()));
      }
      log.warn("labels of agent {} have a schema this server does not know", document.id());
    } catch (IOException e) {
      log.warn("labels of agent {} cannot be read", document.id());
    }
    return Optional.empty();
  }
}
