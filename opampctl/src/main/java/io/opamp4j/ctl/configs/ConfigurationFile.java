package io.opamp4j.ctl.configs;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one configuration from a file. All mistakes are gathered, each with its place.
 *
 * <pre>
 * name: web
 * selector: env=prod
 * priority: 10
 * description: for people
 * files:
 *   extra.yaml: {contentType: text/yaml, body: "..."}
 * fileRefs:
 *   collector.yaml: web/collector.yaml
 * </pre>
 *
 * What {@code configs get} prints can be read back: what only the server sets is ignored.
 */
final class ConfigurationFile {
  private static final Set<String> OF_THE_SERVER =
      Set.of("version", "hash", "created", "modified", "draft", "runningVersion");
  private static final Set<String> OURS =
      Set.of("name", "selector", "priority", "description", "files", "fileRefs");

  private final PlacedDocument document;
  private final Optional<Folder> folder;
  private final Path file;
  private final Problems problems;

  private ConfigurationFile(
      PlacedDocument document, Optional<Folder> folder, Path file, Problems problems) {
    this.document = document;
    this.folder = folder;
    this.file = file;
    this.problems = problems;
  }

  /**
   * Reads a configuration.
   *
   * @param folder where {@code fileRefs} may point; without one there must be none
   * @param file what they are relative to
   * @return empty if anything is wrong, with all of it among the problems
   */
  static Optional<Wanted> read(
      String text, String source, Optional<Folder> folder, Path file, Problems problems) {
    int before = problems.size();
    PlacedDocument document = PlacedDocument.read(text, source, problems);
    if (problems.size() > before) {
      return Optional.empty();
    }
    Wanted wanted = new ConfigurationFile(document, folder, file, problems).wanted();
    return problems.size() > before ? Optional.empty() : Optional.of(wanted);
  }

  private Wanted wanted() {
    JsonNode root = document.root();
    if (!root.isObject()) {
      problems.add(document.place(""), "must be a configuration: name, selector, files");
      root = Json.object();
    } else {
      root.fieldNames()
          .forEachRemaining(
              name -> {
                if (!OURS.contains(name) && !OF_THE_SERVER.contains(name)) {
                  problem("/" + name, "is no part of a configuration");
                }
              });
    }
    String name = text(root, "/name");
    if (name.isEmpty() && root.size() > 0) {
      problems.add(document.place(""), "name is missing");
    }
    SortedMap<String, FileBody> files = new TreeMap<>();
    readInline(root, files);
    readReferences(root, files);
    if (root.size() > 0
        && root.path("files").isMissingNode()
        && root.path("fileRefs").isMissingNode()) {
      problems.add(document.place(""), "files or fileRefs is missing; write files: {} for none");
    }
    if (root.size() > 0 && root.path("selector").isMissingNode()) {
      problems.add(document.place(""), "selector is missing; write selector: \"\" for all agents");
    }
    Content content =
        new Content(text(root, "/selector"), priority(root), text(root, "/description"), files);
    return new Wanted(name, content, document.source());
  }

  private int priority(JsonNode root) {
    String text = text(root, "/priority");
    try {
      return text.isEmpty() ? 0 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      problem("/priority", "must be a whole number, not '" + text + "'");
      return 0;
    }
  }

  private void readInline(JsonNode root, SortedMap<String, FileBody> files) {
    object(root, "files")
        .properties()
        .forEach(
            entry -> {
              String pointer = PlacedDocument.member("/files", entry.getKey());
              FileBody body = inline(entry.getValue(), pointer);
              if (body != null) {
                files.put(entry.getKey(), body);
              }
            });
  }

  private @Nullable FileBody inline(JsonNode node, String pointer) {
    if (!node.isObject()) {
      problem(pointer, "must have body or bodyBase64, and may have contentType");
      return null;
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!Set.of("contentType", "body", "bodyBase64").contains(name)) {
                problem(PlacedDocument.member(pointer, name), "is no part of a file");
              }
            });
    String type = text(document.root(), pointer + "/contentType");
    boolean asText = node.hasNonNull("body");
    if (asText == node.hasNonNull("bodyBase64")) {
      problem(pointer, "must have exactly one of body and bodyBase64");
      return null;
    }
    if (asText) {
      return new FileBody(type, text(document.root(), pointer + "/body"), true);
    }
    try {
      String base64 = text(document.root(), pointer + "/bodyBase64");
      return FileBody.of(type, Base64.getMimeDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      problem(pointer + "/bodyBase64", "is not Base64");
      return null;
    }
  }

  private void readReferences(JsonNode root, SortedMap<String, FileBody> files) {
    object(root, "fileRefs")
        .properties()
        .forEach(
            entry -> {
              String pointer = PlacedDocument.member("/fileRefs", entry.getKey());
              String place = document.place(pointer);
              String reference = text(root, pointer);
              if (files.containsKey(entry.getKey())) {
                problem(pointer, "is in files, too");
              } else if (folder.isEmpty()) {
                problem(pointer, "needs a file that it can be relative to");
              } else if (!reference.isEmpty()) {
                byte[] bytes = folder.get().read(file, reference, place, problems);
                if (bytes != null) {
                  files.put(entry.getKey(), FileBody.of(typeOf(reference), bytes));
                }
              } else {
                problem(pointer, "must be the path of a file");
              }
            });
  }

  private static String typeOf(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
      return "text/yaml";
    }
    return lower.endsWith(".json") ? "application/json" : "";
  }

  private JsonNode object(JsonNode root, String name) {
    JsonNode found = root.path(name);
    if (!found.isMissingNode() && !found.isNull() && !found.isObject()) {
      problem("/" + name, "must have the names of files as its keys");
    }
    return found;
  }

  private String text(JsonNode root, String pointer) {
    JsonNode found = root.at(pointer);
    if (found.isContainerNode()) {
      problem(pointer, "must be text");
      return "";
    }
    return found.isTextual() ? found.asText() : "";
  }

  private void problem(String pointer, String what) {
    String path = pointer.substring(1).replace('/', '.').replace("~1", "/").replace("~0", "~");
    problems.add(document.place(pointer), path + " " + what);
  }
}
