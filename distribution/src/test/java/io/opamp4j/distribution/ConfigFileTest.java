package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.config.ConfigProblems;
import io.opamp4j.server.config.Setting;
import io.opamp4j.server.config.SettingTable;
import io.opamp4j.server.config.StoragePlugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The shipped {@code conf/opamp-server.yaml} against the table of settings. */
class ConfigFileTest {
  private static final Path FILE = Path.of("src/main/dist/conf/opamp-server.yaml");

  private final ConfigProblems problems = new ConfigProblems();
  private final SettingTable table =
      new SettingTable(StoragePlugins.load(getClass().getClassLoader(), problems));

  @Test
  void listsEveryKeyOfTheServerAndItsBackendsWithItsDefault() throws IOException {
    assertThat(problems.all()).isEmpty();
    Map<String, String> expected = new LinkedHashMap<>();
    table.all().forEach(setting -> expected.put(setting.key(), setting.defaultText()));

    String uncommented = Files.readString(FILE).replaceAll("(?m)^( *)#(?=[a-z])", "$1");

    assertThat(flat(uncommented)).containsExactlyEntriesOf(expected);
  }

  @Test
  void describesKeysInTheWordsOfTheHelp() throws IOException {
    String text = Files.readString(FILE);
    for (Setting<?> setting : table.all()) {
      if (!setting.key().equals("storage.type")) {
        assertThat(text).contains("# " + setting.description());
      }
    }
  }

  @Test
  void changesNothingAsItIsShipped() throws IOException {
    assertThat(Files.readAllLines(FILE))
        .allMatch(line -> line.isBlank() || line.strip().startsWith("#"));
  }

  private static Map<String, String> flat(String yaml) {
    Map<String, String> values = new LinkedHashMap<>();
    Node root =
        new Yaml(new SafeConstructor(new LoaderOptions())).compose(new java.io.StringReader(yaml));
    flatten("", (MappingNode) root, values);
    return values;
  }

  private static void flatten(String prefix, MappingNode map, Map<String, String> values) {
    for (NodeTuple entry : map.getValue()) {
      String key = prefix + ((ScalarNode) entry.getKeyNode()).getValue();
      if (entry.getValueNode() instanceof MappingNode nested) {
        flatten(key + ".", nested, values);
      } else {
        values.put(key, ((ScalarNode) entry.getValueNode()).getValue());
      }
    }
  }
}
