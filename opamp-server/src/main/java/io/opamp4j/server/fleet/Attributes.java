package io.opamp4j.server.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.AnyValue;
import java.util.HexFormat;

/** Attribute values of agents, as text for labels and as JSON for people. Pure. */
public final class Attributes {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Attributes() {}

  /**
   * The value as a label: scalars as they read, bytes as hexadecimal digits, arrays and lists as
   * compact JSON, and no value as the empty text.
   */
  public static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case ARRAY_VALUE, KVLIST_VALUE -> json(value).toString();
      case VALUE_NOT_SET -> "";
      default -> json(value).asText();
    };
  }

  /**
   * The value as JSON. Bytes become hexadecimal digits; of two members with one key the last
   * counts.
   */
  public static JsonNode json(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> JSON.textNode(value.getStringValue());
      case BOOL_VALUE -> JSON.booleanNode(value.getBoolValue());
      case INT_VALUE -> JSON.numberNode(value.getIntValue());
      case DOUBLE_VALUE -> number(value.getDoubleValue());
      case BYTES_VALUE -> JSON.textNode(hex(value.getBytesValue()));
      case ARRAY_VALUE -> {
        ArrayNode array = JSON.arrayNode();
        value.getArrayValue().getValuesList().forEach(element -> array.add(json(element)));
        yield array;
      }
      case KVLIST_VALUE -> {
        ObjectNode object = JSON.objectNode();
        value
            .getKvlistValue()
            .getValuesList()
            .forEach(member -> object.set(member.getKey(), json(member.getValue())));
        yield object;
      }
      case VALUE_NOT_SET -> JSON.nullNode();
    };
  }

  /** JSON has no word for infinity and NaN, so they become text. */
  private static JsonNode number(double value) {
    return Double.isFinite(value) ? JSON.numberNode(value) : JSON.textNode(Double.toString(value));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
