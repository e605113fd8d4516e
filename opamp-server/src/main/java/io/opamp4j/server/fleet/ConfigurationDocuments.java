package io.opamp4j.server.fleet;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.storage.Document;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a configuration is kept in a document: a JSON object that names its schema, with file bodies
 * in Base64. Members this version does not know are ignored, so that a later one may add some
 * without a new schema number; a higher number says that ignoring would be wrong. Pure.
 */
final class ConfigurationDocuments {
  /** The layout written here, and the highest that is read. */
  static final int SCHEMA = 1;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  static {
    // What was accepted must be readable again, so the limit on input is not repeated here.
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build());
  }

  private ConfigurationDocuments() {}

  static ByteString encode(ConfigurationSpec spec, Instant created, boolean draft) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", SCHEMA)
        .put("selector", spec.selector().toString())
        .put("priority", spec.priority())
        .put("description", spec.description())
        .put("created", created.toString());
    if (draft) {
      root.put("draft", true);
    }
    ObjectNode files = root.putObject("files");
    new TreeMap<>(spec.files().getConfigMapMap())
        .forEach(
            (name, file) ->
                files
                    .putObject(name)
                    .put("contentType", file.getContentType())
                    .put("body", file.getBody().toByteArray()));
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /**
   * @throws UnreadableConfigurationException if the document is anything else than what {@link
   *     #encode} writes
   */
  static Configuration decode(Document document) {
    try {
      JsonNode root = MAPPER.readTree(document.body().newInput());
      long schema = member(root, "schema", JsonNodeType.NUMBER).asLong();
      if (schema != SCHEMA) {
        throw new IllegalArgumentException("schema is " + schema + ", not " + SCHEMA);
      }
      ConfigurationSpec spec =
          new ConfigurationSpec(
              Selector.parse(member(root, "selector", JsonNodeType.STRING).asText()),
              priority(member(root, "priority", JsonNodeType.NUMBER)),
              member(root, "description", JsonNodeType.STRING).asText(),
              files(member(root, "files", JsonNodeType.OBJECT)));
      return new Configuration(
          document.id(),
          document.version(),
          spec,
          ContentHash.of(spec.files()),
          Instant.parse(member(root, "created", JsonNodeType.STRING).asText()),
          document.modified(),
          root.path("draft").asBoolean());
    } catch (JsonProcessingException e) {
      throw unreadable(document, "it is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw unreadable(document, "it is not JSON", e);
    } catch (DateTimeException e) {
      throw unreadable(document, "created is not a time", e);
    } catch (IllegalArgumentException e) {
      throw unreadable(document, String.valueOf(e.getMessage()), e);
    }
  }

  private static AgentConfigMap files(JsonNode files) throws IOException {
    AgentConfigMap.Builder map = AgentConfigMap.newBuilder();
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      JsonNode body = member(file.getValue(), "body", JsonNodeType.STRING);
      map.putConfigMap(
          file.getKey(),
          AgentConfigFile.newBuilder()
              .setContentType(member(file.getValue(), "contentType", JsonNodeType.STRING).asText())
              .setBody(ByteString.copyFrom(body.binaryValue()))
              .build());
    }
    return map.build();
  }

  private static int priority(JsonNode node) {
    if (!node.isInt()) {
      throw new IllegalArgumentException("priority is not a 32-bit number");
    }
    return node.asInt();
  }

  private static JsonNode member(JsonNode object, String name, JsonNodeType type) {
    JsonNode member = object.path(name);
    if (member.getNodeType() != type) {
      throw new IllegalArgumentException(
          name + " is " + member.getNodeType() + " where " + type + " belongs");
    }
    return member;
  }

  private static UnreadableConfigurationException unreadable(
      Document document, String problem, Exception cause) {
    UnreadableConfigurationException e =
        new UnreadableConfigurationException(document.id(), problem);
    e.initCause(cause);
    return e;
  }
}
