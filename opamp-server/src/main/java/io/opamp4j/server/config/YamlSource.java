package io.opamp4j.server.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a YAML file token by token, because a problem must name its line and column. Maps may be
 * nested or written with dotted keys; a key given twice is refused whichever way it is written. The
 * text of a scalar is taken as it stands: YAML's own ideas of {@code off} or {@code 010} play no
 * part.
 */
final class YamlSource {
  /** Far above any real configuration. */
  static final int LARGEST_FILE = 1024 * 1024;

  private final String file;
  private final SettingTable table;
  private final RawValues values;
  private final ConfigProblems problems;
  private final Map<String, String> firstPlace = new HashMap<>();

  YamlSource(String file, SettingTable table, RawValues values, ConfigProblems problems) {
    this.file = file;
    this.table = table;
    this.values = values;
    this.problems = problems;
  }

  /** Reads a file that is expected to exist. */
  void read(Path path) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(LARGEST_FILE + 1);
    } catch (NoSuchFileException e) {
      problems.add(file, "there is no such file");
      return;
    } catch (IOException e) {
      problems.add(file, "cannot be read: " + e.getMessage());
      return;
    }
    if (bytes.length > LARGEST_FILE) {
      problems.add(file, "is larger than " + LARGEST_FILE + " bytes");
      return;
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      read(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      problems.add(file, "is not UTF-8 text");
    }
  }

  /** Reads the text of a file. */
  void read(String text) {
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      document(parser);
    } catch (JsonProcessingException e) {
      syntaxProblem(e);
    } catch (IOException e) {
      problems.add(file, "cannot be read: " + e.getMessage());
    }
  }

  /** Jackson's location is that of the last good token; the cause knows where it went wrong. */
  private void syntaxProblem(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException cause && cause.getProblemMark() != null) {
      Mark mark = cause.getProblemMark();
      problems.add(
          place(mark.getLine() + 1, mark.getColumn() + 1),
          "is not valid YAML: " + oneLine(String.valueOf(cause.getProblem())));
    } else {
      problems.add(place(e.getLocation()), "is not valid YAML: " + oneLine(e.getOriginalMessage()));
    }
  }

  private void document(YAMLParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      return;
    }
    if (token == JsonToken.START_OBJECT) {
      map("", parser);
    } else if (token != JsonToken.VALUE_NULL) {
      problems.add(place(parser), "the file must be a map of keys to values");
      return;
    }
    if (parser.nextToken() != null) {
      problems.add(place(parser), "a second YAML document is not read; remove it");
    }
  }

  private void map(String prefix, YAMLParser parser) throws IOException {
    Set<String> names = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String key = prefix.isEmpty() ? name : prefix + "." + name;
      String keyPlace = place(parser);
      parser.nextToken();
      if (names.add(name)) {
        entry(key, keyPlace, parser);
      } else {
        problems.add(keyPlace, "'" + key + "' is given twice");
        parser.skipChildren();
      }
    }
  }

  private void entry(String key, String keyPlace, YAMLParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT && table.find(key).isEmpty()) {
      if (table.isSection(key)) {
        map(key, parser);
      } else {
        problems.add(keyPlace, table.unknown(key));
        parser.skipChildren();
      }
    } else if (table.find(key).isPresent()) {
      value(table.find(key).get(), parser);
    } else if (!table.isSection(key)) {
      problems.add(keyPlace, table.unknown(key));
      parser.skipChildren();
    } else if (token != JsonToken.VALUE_NULL) {
      // A section without entries is null: all its lines are commented out.
      problems.add(keyPlace, "'" + key + "' is a group of keys and has no value of its own");
      parser.skipChildren();
    }
  }

  private void value(Setting<?> setting, YAMLParser parser) throws IOException {
    String place = place(parser);
    JsonToken token = parser.currentToken();
    String first = firstPlace.putIfAbsent(setting.key(), place);
    if (first != null) {
      problems.add(place, setting.key() + " is given twice, first at " + first);
      parser.skipChildren();
    } else if (parser.isCurrentAlias()) {
      problems.add(place, setting.key() + " is a YAML alias; write the value itself");
    } else if (token == JsonToken.VALUE_NULL) {
      problems.add(place, setting.key() + " has no value; write \"\" for an empty text");
    } else if (token.isScalarValue() && token != JsonToken.VALUE_EMBEDDED_OBJECT) {
      values.put(setting, parser.getText(), place);
    } else {
      problems.add(place, setting.key() + " takes one value, not a list, a map or a binary");
      parser.skipChildren();
    }
  }

  private String place(YAMLParser parser) {
    return place(parser.currentTokenLocation());
  }

  private String place(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? file
        : place(location.getLineNr(), location.getColumnNr());
  }

  private String place(int line, int column) {
    return file + ":" + line + ":" + column;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
