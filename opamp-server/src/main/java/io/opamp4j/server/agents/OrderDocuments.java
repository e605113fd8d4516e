package io.opamp4j.server.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.OneShot;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.storage.Document;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * How an order is kept in a document: a JSON object that names its schema, under {@code
 * <uid>/<order>}. Members this version does not know are ignored. Pure.
 */
final class OrderDocuments {
  private static final int SCHEMA = 1;
  private static final String RESTART = "restart";
  private static final String CUSTOM = "custom";
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private OrderDocuments() {}

  static String id(InstanceUid agent, String order) {
    return prefix(agent) + order;
  }

  /** What the documents of one agent's orders begin with; no other's do. */
  static String prefix(InstanceUid agent) {
    return agent + "/";
  }

  static ByteString encode(Order order) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", SCHEMA)
        .put("created", order.created().toString())
        .put("expires", order.expires().toString())
        .put("state", order.state().name())
        .put("since", order.since().toString());
    if (order.what() instanceof OneShot.Custom custom) {
      root.put("type", CUSTOM)
          .put("capability", custom.message().getCapability())
          .put("messageType", custom.message().getType())
          .put("data", custom.message().getData().toByteArray());
    } else {
      root.put("type", RESTART);
    }
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
  static Order decode(Document document) {
    try {
      int slash = document.id().indexOf('/');
      if (slash < 0) {
        throw new IllegalArgumentException("its id names no agent");
      }
      JsonNode root = MAPPER.readTree(document.body().newInput());
      if (root.path("schema").asInt() != SCHEMA) {
        throw new IllegalArgumentException("its schema is not " + SCHEMA);
      }
      String id = document.id().substring(slash + 1);
      return new Order(
          InstanceUid.parse(document.id().substring(0, slash)),
          id,
          what(root, id),
          Instant.parse(text(root, "created")),
          Instant.parse(text(root, "expires")),
          Order.State.valueOf(text(root, "state")),
          Instant.parse(text(root, "since")),
          document.version());
    } catch (IOException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("one of its times is none", e);
    }
  }

  private static OneShot what(JsonNode root, String id) throws IOException {
    String type = text(root, "type");
    return switch (type) {
      case RESTART -> new OneShot.Restart(Optional.of(id));
      case CUSTOM ->
          new OneShot.Custom(
              Optional.of(id),
              CustomMessage.newBuilder()
                  .setCapability(text(root, "capability"))
                  .setType(text(root, "messageType"))
                  .setData(ByteString.copyFrom(root.path("data").binaryValue()))
                  .build());
      default -> throw new IllegalArgumentException("its type is not known: " + type);
    };
  }

  private static String text(JsonNode root, String member) {
    JsonNode node = root.path(member);
    if (!node.isTextual()) {
      throw new IllegalArgumentException(member + " is not text");
    }
    return node.asText();
  }
}
