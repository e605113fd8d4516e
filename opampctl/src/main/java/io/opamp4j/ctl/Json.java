package io.opamp4j.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reading the server's answers. There are no classes for them: what a newer server adds is shown in
 * JSON and YAML as it came, and what an older one lacks is missing, not wrong.
 */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** An empty object to fill. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** An empty array to fill. */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** Empty if the text is not JSON. */
  public static Optional<JsonNode> parse(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node == null || node.isMissingNode() ? Optional.empty() : Optional.of(node);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** On one line. */
  public static String compact(JsonNode node) {
    return node.toString();
  }

  /** For people to read, without a line's end. */
  public static String pretty(JsonNode node) {
    return node.toPrettyString();
  }

  /**
   * The text or number at a pointer; empty if it is missing or null.
   *
   * @param pointer such as {@code /target/version}
   */
  public static String text(JsonNode node, String pointer) {
    JsonNode found = node.at(pointer);
    if (found.isMissingNode() || found.isNull()) {
      return "";
    }
    return found.isValueNode() ? found.asText() : compact(found);
  }

  /** The whole number at a pointer; 0 if it is missing. */
  public static long number(JsonNode node, String pointer) {
    return node.at(pointer).asLong();
  }

  /** The elements of the array at a pointer; none if it is missing. */
  public static Stream<JsonNode> elements(JsonNode node, String pointer) {
    JsonNode found = node.at(pointer);
    return found.isArray() ? StreamSupport.stream(found.spliterator(), false) : Stream.empty();
  }

  /** Nothing at all. */
  public static JsonNode missing() {
    return MissingNode.getInstance();
  }
}
