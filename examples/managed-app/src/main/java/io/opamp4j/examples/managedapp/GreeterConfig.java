package io.opamp4j.examples.managedapp;

import java.io.StringReader;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * What the greeter does. Written as YAML; a key that is left out has its default:
 *
 * <pre>{@code
 * message: Hello
 * interval-seconds: 5
 * upper-case: false
 * }</pre>
 *
 * <p>Whatever comes from a server is checked to the letter before anything changes, since a mistake
 * that is found here costs nothing: the operator is told its place, and the greeter greets on.
 *
 * @param message what to say
 * @param intervalSeconds the time between two greetings, 1 to 3600
 * @param upperCase whether to shout
 */
record GreeterConfig(String message, int intervalSeconds, boolean upperCase) {
  static final GreeterConfig DEFAULT = new GreeterConfig("Hello", 5, false);

  private static final String MESSAGE = "message";
  private static final String INTERVAL = "interval-seconds";
  private static final String UPPER_CASE = "upper-case";
  private static final int LONGEST_INTERVAL = 3600;

  /** Says for an operator what is wrong with a configuration, and where. */
  static final class InvalidException extends Exception {
    private final String problem;

    InvalidException(Mark mark, String problem) {
      this("line %d, column %d: %s".formatted(mark.getLine() + 1, mark.getColumn() + 1, problem));
    }

    InvalidException(String problem) {
      super(problem);
      this.problem = problem;
    }

    String problem() {
      return problem;
    }
  }

  /** Reads YAML; the first mistake ends it. */
  static GreeterConfig parse(String yaml) throws InvalidException {
    Map<String, ScalarNode> values = scalars(root(yaml));
    ScalarNode message = values.get(MESSAGE);
    ScalarNode interval = values.get(INTERVAL);
    ScalarNode upperCase = values.get(UPPER_CASE);
    return new GreeterConfig(
        message == null ? DEFAULT.message : text(message),
        interval == null ? DEFAULT.intervalSeconds : seconds(interval),
        upperCase == null ? DEFAULT.upperCase : flag(upperCase));
  }

  /** The same, with all defaults spelled out: what is in effect. */
  String toYaml() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(MESSAGE, message);
    values.put(INTERVAL, intervalSeconds);
    values.put(UPPER_CASE, upperCase);
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new Yaml(options).dump(values);
  }

  /** Nodes, and not maps: nodes know their line. */
  private static MappingNode root(String yaml) throws InvalidException {
    Node root;
    try {
      root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(yaml));
    } catch (MarkedYAMLException e) {
      throw new InvalidException(e.getProblemMark(), e.getProblem());
    } catch (YAMLException e) {
      throw new InvalidException(String.valueOf(e.getMessage()));
    }
    if (root instanceof MappingNode mapping) {
      return mapping;
    }
    throw new InvalidException("not a list of keys and values, such as 'message: Hello'");
  }

  private static Map<String, ScalarNode> scalars(MappingNode root) throws InvalidException {
    Map<String, ScalarNode> values = new HashMap<>();
    for (NodeTuple entry : root.getValue()) {
      Mark mark = entry.getKeyNode().getStartMark();
      String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!Set.of(MESSAGE, INTERVAL, UPPER_CASE).contains(key)) {
        throw new InvalidException(mark, "unknown key '" + key + "'");
      }
      if (!(entry.getValueNode() instanceof ScalarNode value)) {
        throw new InvalidException(
            entry.getValueNode().getStartMark(), key + " must be a single value");
      }
      if (values.put(key, value) != null) {
        throw new InvalidException(mark, key + " is there twice");
      }
    }
    return values;
  }

  private static String text(ScalarNode node) throws InvalidException {
    if (!node.getTag().equals(Tag.STR) || node.getValue().isBlank()) {
      throw wrong(node, MESSAGE, "text");
    }
    return node.getValue();
  }

  private static int seconds(ScalarNode node) throws InvalidException {
    try {
      int seconds = node.getTag().equals(Tag.INT) ? Integer.parseInt(node.getValue()) : 0;
      if (seconds >= 1 && seconds <= LONGEST_INTERVAL) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      // YAML knows more ways to write numbers than a person needs here.
    }
    throw wrong(node, INTERVAL, "a whole number from 1 to " + LONGEST_INTERVAL);
  }

  private static boolean flag(ScalarNode node) throws InvalidException {
    if (node.getTag().equals(Tag.BOOL)) {
      return Set.of("true", "yes", "on").contains(node.getValue().toLowerCase(Locale.ROOT));
    }
    throw wrong(node, UPPER_CASE, "true or false");
  }

  private static InvalidException wrong(ScalarNode node, String key, String expected) {
    return new InvalidException(
        node.getStartMark(), key + " must be " + expected + ", not '" + node.getValue() + "'");
  }
}
