package io.opamp4j.ctl.configs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;

/**
 * One file of a configuration. Equal content is equal, whichever way it was written down.
 *
 * @param contentType the MIME type; empty if not stated
 * @param content the text, or its Base64 if it is none
 * @param isText whether it is UTF-8
 */
public record FileBody(String contentType, String content, boolean isText) {
  /** A file of these bytes. */
  static FileBody of(String contentType, byte[] bytes) {
    try {
      return new FileBody(
          contentType, UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), true);
    } catch (CharacterCodingException e) {
      return new FileBody(contentType, Base64.getEncoder().encodeToString(bytes), false);
    }
  }

  /**
   * A file as the server shows it.
   *
   * @throws IllegalArgumentException if {@code bodyBase64} is no Base64
   */
  public static FileBody of(JsonNode json) {
    String type = Json.text(json, "/contentType");
    return json.hasNonNull("bodyBase64")
        ? of(type, Base64.getDecoder().decode(Json.text(json, "/bodyBase64")))
        : new FileBody(type, Json.text(json, "/body"), true);
  }

  /** As the server takes it. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    if (!contentType.isEmpty()) {
      json.put("contentType", contentType);
    }
    return json.put(isText ? "body" : "bodyBase64", content);
  }
}
