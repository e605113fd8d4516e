package io.opamp4j.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Holds answers against the generated OpenAPI document, more strictly than the document asks: a
 * member it does not know is wrong. Knows as much of JSON Schema as the document uses, and fails on
 * the rest.
 */
final class DescribedAnswers {
  private static final List<String> KNOWN_KEYWORDS =
      List.of(
          "$ref",
          "type",
          "properties",
          "required",
          "items",
          "additionalProperties",
          "enum",
          "format",
          "description",
          "example",
          "minimum",
          "maximum",
          "minLength",
          "maxLength",
          "pattern",
          "default");

  private final JsonNode document;

  DescribedAnswers() {
    try (InputStream in = OpenApiResource.class.getResourceAsStream("openapi.json")) {
      document = new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What is wrong with the answer to this request; empty if it is as described. */
  List<String> problems(String method, String path, RestFixture.Answer answer) {
    List<String> problems = new ArrayList<>();
    String type = Optional.ofNullable(answer.header("Content-Type")).orElse("");
    Optional<JsonNode> operation = operation(method, path.split("\\?", 2)[0]);
    if (operation.isEmpty()) {
      // Nothing is there, which is a problem like any other.
      if (answer.status() < 400 && !method.equals("OPTIONS") && !method.equals("HEAD")) {
        problems.add("there is no such operation in the document");
      } else if (type.equals(Problem.MEDIA_TYPE)) {
        check("", document.at("/components/schemas/Problem"), answer.json(), problems);
      }
      return problems;
    }
    JsonNode responses = operation.get().path("responses");
    String status = Integer.toString(answer.status());
    JsonNode response = responses.has(status) ? responses.get(status) : responses.get("default");
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      if (!answer.bytes().isEmpty()) {
        problems.add(status + " is described without a body");
      }
      return problems;
    }
    JsonNode media = content.path(type.split(";", 2)[0]);
    if (media.isMissingNode()) {
      problems.add(status + " is not described with a body of the type '" + type + "'");
      return problems;
    }
    check("", media.path("schema"), answer.json(), problems);
    return problems;
  }

  private Optional<JsonNode> operation(String method, String path) {
    return document.path("paths").properties().stream()
        .filter(entry -> Pattern.matches(entry.getKey().replaceAll("\\{\\w+}", "[^/]+"), path))
        // Whoever has fewer variables wins, as in JAX-RS.
        .min(
            Comparator.comparingLong(entry -> entry.getKey().chars().filter(c -> c == '{').count()))
        .map(Map.Entry::getValue)
        .map(methods -> methods.get(method.toLowerCase(Locale.ROOT)));
  }

  private void check(String at, JsonNode schema, JsonNode value, List<String> problems) {
    schema
        .fieldNames()
        .forEachRemaining(
            keyword -> {
              if (!KNOWN_KEYWORDS.contains(keyword)) {
                problems.add(at + ": the keyword " + keyword + " is not known to this check");
              }
            });
    if (schema.has("$ref")) {
      check(at, document.at(schema.path("$ref").asText().substring(1)), value, problems);
      return;
    }
    if (schema.has("enum") && schema.path("enum").valueStream().noneMatch(value::equals)) {
      problems.add(at + ": " + value + " is none of " + schema.path("enum"));
    }
    switch (schema.path("type").asText()) {
      case "object" -> checkObject(at, schema, value, problems);
      case "array" -> checkArray(at, schema, value, problems);
      case "string" -> checkText(at, schema, value, problems);
      case "integer" -> {
        if (!value.isIntegralNumber()
            || value.asLong() < schema.path("minimum").asLong(Long.MIN_VALUE)) {
          problems.add(at + ": " + value + " is not an integer of that range");
        }
      }
      case "number" -> {
        if (!value.isNumber()) {
          problems.add(at + ": " + value + " is not a number");
        }
      }
      case "boolean" -> {
        if (!value.isBoolean()) {
          problems.add(at + ": " + value + " is not a boolean");
        }
      }
      case "" -> {
        // Anything.
      }
      default -> problems.add(at + ": the type " + schema.path("type") + " is not known here");
    }
  }

  private void checkObject(String at, JsonNode schema, JsonNode value, List<String> problems) {
    if (!value.isObject()) {
      problems.add(at + ": " + value + " is not an object");
      return;
    }
    schema
        .path("required")
        .forEach(
            name -> {
              if (!value.has(name.asText())) {
                problems.add(at + ": " + name + " is missing");
              }
            });
    boolean open = !schema.has("properties") && !schema.has("additionalProperties");
    value
        .properties()
        .forEach(
            member -> {
              String place = at + "/" + member.getKey();
              JsonNode described = schema.path("properties").get(member.getKey());
              if (described == null) {
                described = schema.get("additionalProperties");
              }
              if (described != null) {
                check(place, described, member.getValue(), problems);
              } else if (!open) {
                problems.add(place + " is not described");
              }
            });
  }

  private void checkArray(String at, JsonNode schema, JsonNode value, List<String> problems) {
    if (!value.isArray()) {
      problems.add(at + ": " + value + " is not an array");
      return;
    }
    for (int i = 0; i < value.size(); i++) {
      check(at + "/" + i, schema.path("items"), value.get(i), problems);
    }
  }

  private static void checkText(String at, JsonNode schema, JsonNode value, List<String> problems) {
    if (!value.isTextual()) {
      problems.add(at + ": " + value + " is not a string");
      return;
    }
    String text = value.asText();
    boolean right =
        switch (schema.path("format").asText()) {
          case "uuid" -> text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
          case "date-time" -> isTime(text);
          default -> true;
        };
    if (!right || !Pattern.compile(schema.path("pattern").asText()).matcher(text).find()) {
      problems.add(at + ": " + value + " is not of the form described");
    }
  }

  private static boolean isTime(String text) {
    try {
      return !Instant.parse(text).equals(Instant.MIN);
    } catch (DateTimeException e) {
      return false;
    }
  }
}
