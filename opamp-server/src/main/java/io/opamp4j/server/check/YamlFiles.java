package io.opamp4j.server.check;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.server.ConfigurationCheck.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The files of a configuration that call themselves YAML, by content type or name, as trees.
 *
 * @param documents the documents of each file that can be read, by the file's name
 * @param problems why the others cannot
 */
record YamlFiles(Map<String, List<Node>> documents, List<Problem> problems) {
  private static final int DEEPEST = 100;

  static YamlFiles of(AgentConfigMap files) {
    Map<String, List<Node>> documents = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    new TreeMap<>(files.getConfigMapMap())
        .forEach(
            (name, file) -> {
              if (isYaml(name, file)) {
                read(name, file.getBody(), documents, problems);
              }
            });
    return new YamlFiles(documents, problems);
  }

  private static boolean isYaml(String name, AgentConfigFile file) {
    String type = file.getContentType().toLowerCase(Locale.ROOT);
    String lower = name.toLowerCase(Locale.ROOT);
    return type.isEmpty()
        ? lower.endsWith(".yaml") || lower.endsWith(".yml")
        : type.contains("yaml");
  }

  private static void read(
      String name, ByteString body, Map<String, List<Node>> documents, List<Problem> problems) {
    if (!body.isValidUtf8()) {
      problems.add(new Problem(name, 0, 0, "is said to be YAML, but is not UTF-8 text"));
      return;
    }
    try {
      List<Node> found = new ArrayList<>();
      new Yaml(options(body.size()))
          .composeAll(new java.io.StringReader(body.toStringUtf8()))
          .forEach(found::add);
      documents.put(name, found);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      problems.add(
          new Problem(
              name,
              mark == null ? 0 : mark.getLine() + 1,
              mark == null ? 0 : mark.getColumn() + 1,
              "is not valid YAML: " + oneLine(String.valueOf(e.getProblem()))));
    } catch (YAMLException e) {
      problems.add(
          new Problem(name, 0, 0, "is not valid YAML: " + oneLine(String.valueOf(e.getMessage()))));
    }
  }

  /**
   * The size was limited when the file came in; depth costs stack. Aliases cost nothing here, since
   * nodes are shared and never copied.
   */
  private static LoaderOptions options(int size) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Math.max(size, 1));
    options.setNestingDepthLimit(DEEPEST);
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    return options;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
