package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.rollout.RolloutCodec;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rollouts as documents of the kind {@value #KIND}, by the configuration's name. Blocks and throws
 * as {@link DocumentStore} does; thread-safe. One that cannot be read is logged and taken for
 * absent: agents then keep what they have.
 */
public final class RolloutStore {
  static final String KIND = "rollout";

  private static final int SCHEMA = 1;
  private static final int PAGE = 500;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger(RolloutStore.class);

  private final DocumentStore documents;

  @Inject
  RolloutStore(DocumentStore documents) {
    this.documents = requireNonNull(documents, "documents");
  }

  /** The rollout of this configuration, running or over. */
  public Optional<ConfigurationRollout> find(String configuration) {
    return Configuration.isName(configuration)
        ? documents.find(KIND, configuration).flatMap(RolloutStore::readable)
        : Optional.empty();
  }

  /**
   * Rollouts in ascending order of the configuration's name.
   *
   * @param after only names above this one; empty starts at the beginning
   */
  public Page<ConfigurationRollout> list(Optional<String> after, int limit) {
    Page<Document> page = documents.list(KIND, after, limit);
    List<ConfigurationRollout> items =
        page.items().stream().flatMap(document -> readable(document).stream()).toList();
    return new Page<>(items, page.more());
  }

  /** Every rollout. */
  List<ConfigurationRollout> all() {
    List<ConfigurationRollout> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    Page<Document> page;
    do {
      page = documents.list(KIND, after, PAGE);
      for (Document document : page.items()) {
        after = Optional.of(document.id());
        readable(document).ifPresent(all::add);
      }
    } while (page.more());
    return all;
  }

  /**
   * Writes it in place of the revision it names.
   *
   * @return with its new revision
   * @throws VersionConflictException if another one is there
   */
  public ConfigurationRollout put(ConfigurationRollout rollout) {
    return rollout.at(
        documents
            .put(KIND, rollout.configuration(), encode(rollout), rollout.revision())
            .version());
  }

  /** The revision that whoever replaces the rollout of this configuration must name. */
  public long revision(String configuration) {
    return documents.find(KIND, configuration).map(Document::version).orElse(DocumentStore.ABSENT);
  }

  /** Forgets the rollout of a configuration that is gone. */
  void remove(String configuration) {
    documents
        .find(KIND, configuration)
        .ifPresent(
            document -> {
              try {
                documents.remove(KIND, configuration, document.version());
              } catch (VersionConflictException e) {
                // It belongs to a namesake by now, or is gone.
              }
            });
  }

  private static Optional<ConfigurationRollout> readable(Document document) {
    try {
      return Optional.of(decode(document));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      LOG.error("rollout of {} cannot be read and is left out: {}", document.id(), e.getMessage());
      return Optional.empty();
    }
  }

  private static ByteString encode(ConfigurationRollout rollout) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", SCHEMA)
        .put("created", rollout.created().toString())
        .put("from", rollout.from())
        .put("to", rollout.to())
        .put("started", rollout.started().toString())
        .put("by", rollout.by())
        .put("state", RolloutCodec.encode(rollout.state()).toByteArray());
    ArrayNode selectors = root.putArray("selectors");
    rollout.selectors().forEach(selector -> selectors.add(selector.toString()));
    RolloutChronicleJson.write(rollout.chronicle(), root);
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static ConfigurationRollout decode(Document document) throws IOException {
    JsonNode root = MAPPER.readTree(document.body().newInput());
    if (root.path("schema").asInt() != SCHEMA) {
      throw new IllegalArgumentException("its schema is not " + SCHEMA);
    }
    List<Selector> selectors = new ArrayList<>();
    root.path("selectors").forEach(selector -> selectors.add(Selector.parse(selector.asText())));
    byte[] state = root.path("state").binaryValue();
    if (state == null) {
      throw new IllegalArgumentException("it has no state");
    }
    return new ConfigurationRollout(
        document.id(),
        Instant.parse(root.path("created").asText()),
        root.path("from").asLong(),
        root.path("to").asLong(),
        selectors,
        Instant.parse(root.path("started").asText()),
        root.path("by").asText(),
        RolloutCodec.decode(ByteString.copyFrom(state)),
        RolloutChronicleJson.read(root),
        document.version());
  }
}
