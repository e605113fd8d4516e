package io.opamp4j.ctl.configs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.YamlProblem;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A YAML or JSON document that still knows where everything stood. Scalars are text as it was
 * written: {@code 010} is not eight.
 *
 * @param root missing if the document could not be read
 * @param source the name of the file
 * @param places line and column by JSON pointer
 */
record PlacedDocument(JsonNode root, String source, Map<String, String> places) {
  PlacedDocument {
    places = Map.copyOf(places);
  }

  /** Reads a document; what is wrong with it as a document is added to the problems. */
  static PlacedDocument read(String text, String source, Problems problems) {
    // JSON is YAML but for tabs, so what looks like JSON is read as that.
    JsonFactory factory =
        text.stripLeading().startsWith("{") ? new JsonFactory() : new YAMLFactory();
    Map<String, String> places = new HashMap<>();
    try (JsonParser parser = factory.createParser(text)) {
      parser.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
      if (parser.nextToken() == null) {
        problems.add(source, "is empty");
        return new PlacedDocument(Json.missing(), source, places);
      }
      JsonNode root = value(parser, "", places);
      if (parser.nextToken() != null) {
        problems.add(
            source + place(parser.currentTokenLocation()),
            "begins a second document; one file is one configuration");
      }
      return new PlacedDocument(root, source, places);
    } catch (JsonProcessingException e) {
      YamlProblem problem = YamlProblem.of(e);
      problems.add(
          source + (problem.line() < 1 ? "" : ":" + problem.line() + ":" + problem.column()),
          problem.text());
    } catch (IOException e) {
      problems.add(source, "cannot be read: " + e);
    }
    return new PlacedDocument(Json.missing(), source, places);
  }

  /** Such as {@code web.yaml:3:5}. */
  String place(String pointer) {
    return source + places.getOrDefault(pointer, "");
  }

  /** A member's pointer. */
  static String member(String pointer, String name) {
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
  }

  private static JsonNode value(JsonParser parser, String pointer, Map<String, String> places)
      throws IOException {
    places.putIfAbsent(pointer, place(parser.currentTokenLocation()));
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw new AliasException(yaml);
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = Json.object();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          String member = member(pointer, name);
          places.put(member, place(parser.currentTokenLocation()));
          parser.nextToken();
          object.set(name, value(parser, member, places));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = Json.array();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser, pointer + "/" + array.size(), places));
        }
        yield array;
      }
      case VALUE_NULL -> NullNode.instance;
      default -> TextNode.valueOf(parser.getText());
    };
  }

  /** The parser would hand the name of an alias on as if it were the text. */
  private static final class AliasException extends JsonProcessingException {
    private static final long serialVersionUID = 1;

    AliasException(YAMLParser parser) {
      super("aliases (*name) are not taken; write the text out", parser.currentTokenLocation());
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null ? "" : ":" + location.getLineNr() + ":" + location.getColumnNr();
  }
}
