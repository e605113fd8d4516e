package io.opamp4j.server.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * How a node's entry is kept in a document: a JSON object that names its schema, under the node's
 * id. Members this version does not know are ignored, so that nodes of two versions can work side
 * by side. Pure.
 */
final class NodeDocuments {
  static final String KIND = "node";

  private static final int SCHEMA = 1;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private NodeDocuments() {}

  static ByteString encode(NodeEntry entry) {
    NodeIdentity who = entry.identity();
    NodeLoad load = entry.load();
    ObjectNode root =
        MAPPER
            .createObjectNode()
            .put("schema", SCHEMA)
            .put("name", who.name())
            .put("address", who.address())
            .put("version", who.version())
            .put("started", who.started().toString())
            .put("connections", load.connections())
            .put("agents", load.agents())
            .put("messagesPerSecond", load.messagesPerSecond())
            .put("toClose", load.toClose());
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /**
   * @throws IllegalArgumentException if the document is anything else than what {@link #encode}
   *     writes
   */
  static NodeEntry decode(Document document) {
    try {
      JsonNode root = MAPPER.readTree(document.body().newInput());
      if (root == null || root.path("schema").asInt() != SCHEMA) {
        throw new IllegalArgumentException("its schema is not " + SCHEMA);
      }
      return new NodeEntry(
          new NodeIdentity(
              document.id(),
              root.path("name").asText(),
              root.path("address").asText(),
              root.path("version").asText(),
              Instant.parse(root.path("started").asText())),
          new NodeLoad(
              root.path("connections").asInt(),
              root.path("agents").asInt(),
              root.path("messagesPerSecond").asDouble(),
              root.path("toClose").asInt()));
    } catch (IOException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("its start is no time", e);
    }
  }
}
