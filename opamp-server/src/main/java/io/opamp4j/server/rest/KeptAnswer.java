package io.opamp4j.server.rest;

import static java.util.Objects.requireNonNull;

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
import java.util.Optional;

/**
 * What is kept of a request that carried a key, and how: as a JSON object that names its schema.
 * Immutable.
 *
 * @param request tells it from other requests
 * @param begun when it first came
 * @param outcome what it was answered; empty while that is not known
 */
record KeptAnswer(String request, Instant begun, Optional<Outcome> outcome) {
  private static final int SCHEMA = 1;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  KeptAnswer {
    requireNonNull(request, "request");
    requireNonNull(begun, "begun");
    requireNonNull(outcome, "outcome");
  }

  /**
   * An answer.
   *
   * @param location empty if it had none
   * @param etag without quotes; empty if it had none
   * @param body JSON
   */
  record Outcome(int status, String location, String etag, String body) {}

  KeptAnswer answered(Outcome answer) {
    return new KeptAnswer(request, begun, Optional.of(answer));
  }

  ByteString encode() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", SCHEMA).put("request", request).put("begun", begun.toString());
    outcome.ifPresent(
        answer ->
            root.put("status", answer.status)
                .put("location", answer.location)
                .put("etag", answer.etag)
                .put("body", answer.body));
    try {
      return ByteString.copyFrom(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /** Empty if the document is anything else than what {@link #encode} writes. */
  static Optional<KeptAnswer> decode(Document document) {
    try {
      JsonNode root = MAPPER.readTree(document.body().newInput());
      if (root.path("schema").asInt() != SCHEMA) {
        return Optional.empty();
      }
      Optional<Outcome> outcome =
          root.has("status")
              ? Optional.of(
                  new Outcome(
                      root.path("status").asInt(),
                      root.path("location").asText(),
                      root.path("etag").asText(),
                      root.path("body").asText()))
              : Optional.empty();
      return Optional.of(
          new KeptAnswer(
              root.path("request").asText(), Instant.parse(root.path("begun").asText()), outcome));
    } catch (IOException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
