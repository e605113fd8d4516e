package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlSourceTest {
  private final SettingTable table =
      new SettingTable(StoragePlugins.of(List.of(new FakePlugin("h2"))));
  private final RawValues values = new RawValues();
  private final ConfigProblems problems = new ConfigProblems();
  private final YamlSource source = new YamlSource("f", table, values, problems);

  @ParameterizedTest
  @ValueSource(
      strings = {"", "# nothing\n", "---\n", "{}", "server:\n  # port: 1\nagents:\n", "\uFEFF{}"})
  void aFileWithoutValuesIsFine(String yaml) throws IOException {
    source.read(Files.writeString(folder.resolve("f"), yaml));

    assertThat(problems.all()).isEmpty();
    assertThat(table.all()).noneMatch(values::given);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // duplicates, however they are spelled
        "server: {port: 1, port: 2}       | f:1:19: 'server.port' is given twice",
        "server: {port: 1}\\nserver: {}   | f:2:1: 'server' is given twice",
        "server: {port: 1}\\nserver.port: 2 | f:2:14: server.port is given twice, first at f:1:16",
        // shapes
        "server: 1          | f:1:1: 'server' is a group of keys and has no value of its own",
        "server: [1]        | f:1:1: 'server' is a group of keys and has no value of its own",
        "server.port: [1]   | f:1:14: server.port takes one value, not a list, a map or a binary",
        "server.port: {a: 1} | f:1:14: server.port takes one value, not a list, a map or a binary",
        "server.port:       | f:1:13: server.port has no value; write \"\" for an empty text",
        "server.port: ~     | f:1:14: server.port has no value; write \"\" for an empty text",
        "[1]                | f:1:1: the file must be a map of keys to values",
        "just words         | f:1:1: the file must be a map of keys to values",
        "{}\\n---\\n{}      | f:3:1: a second YAML document is not read; remove it",
        "server.host: &a x\\n"
            + "agents.path: *a | f:2:14: agents.path is a YAML alias; write the value itself",
        // unknown, at every depth
        "sever: {port: 1}   | f:1:1: unknown key 'sever'",
        "server: {x: {y: 1}} | f:1:10: unknown key 'server.x'",
        "agents: {heartbeatInterval: 1s} | f:1:10: unknown key 'agents.heartbeatInterval'; did you"
            + " mean agents.heartbeat-interval?",
        "port: 1            | f:1:1: unknown key 'port'; did you mean server.port?",
        "'': 1              | f:1:1: unknown key ''",
      })
  void refuses(String yaml, String problem) {
    source.read(yaml.replace("\\n", "\n"));

    assertThat(problems.all())
        .extracting(p -> p.place() + ": " + p.message())
        .containsExactly(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server: {port: 1      | f:",
        "server:\\n\\tport: 1  | f:2:1: is not valid YAML: ",
        "server:\\n  port: 1\\n host: x | f:3:",
        "server.host: \"x      | f:",
        "server.host: %x       | f:1:14: is not valid YAML: ",
      })
  void namesTheLineOfBrokenYaml(String yaml, String beginning) {
    source.read(yaml.replace("\\n", "\n").replace("\\t", "\t"));

    assertThat(problems.all()).isNotEmpty();
    ConfigProblems.Problem last = problems.all().get(problems.all().size() - 1);
    assertThat(last.place() + ": " + last.message())
        .startsWith(beginning.strip())
        .contains("is not valid YAML: ");
    assertThat(last.message()).doesNotContain("\n");
  }

  @Test
  void takesScalarsAsTheyAreWritten() {
    source.read("server: {port: 0x10, host: off}\nagents: {retention: no, path: '010'}\n");

    assertThat(values.get(SettingTable.PORT).text()).isEqualTo("0x10");
    assertThat(values.get(SettingTable.HOST).text()).isEqualTo("off");
    assertThat(values.get(SettingTable.RETENTION).text()).isEqualTo("no");
    assertThat(values.get(SettingTable.AGENTS_PATH).text()).isEqualTo("010");
  }

  @TempDir Path folder;

  @Test
  void refusesWhatIsNotText() throws IOException {
    Path latin1 = Files.write(folder.resolve("latin1"), new byte[] {'a', (byte) 0xE9, '\n'});
    source.read(latin1);
    assertThat(problems.report()).contains("is not UTF-8 text");
  }

  @Test
  void refusesAHugeFileWithoutParsingIt() throws IOException {
    Path huge = Files.write(folder.resolve("huge"), new byte[YamlSource.LARGEST_FILE + 1]);
    source.read(huge);
    assertThat(problems.report()).contains("is larger than");
  }

  @Test
  void manyMistakesAreShownInPart() {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      yaml.append("nonsense").append(i).append(": 1\n");
    }
    source.read(yaml.toString());

    assertThat(problems.all()).hasSize(1000);
    assertThat(problems.report().lines()).hasSize(52);
    assertThat(problems.report()).endsWith("... and 950 more");
  }

  @Test
  void deepNestingIsAProblemAndNotAStackOverflow() {
    source.read("{a: ".repeat(5000));
    source.read("[".repeat(5000));
    assertThat(problems.all()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void noDamageToAFileMakesTheReaderFail() {
    String good = "server:\n  port: 1\n  host: \"x\"\nagents: {retention: off}\nstorage.type: h2\n";
    String spice = "{}[]:,\"'#&*!|>%@`-? \n\t~<\u0000\u001b\uD83D";
    for (long seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(good);
      for (int edits = 1 + random.nextInt(6); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, spice.charAt(random.nextInt(spice.length())));
          default -> text.setCharAt(at, spice.charAt(random.nextInt(spice.length())));
        }
      }
      assertThatCode(
              () ->
                  new YamlSource("f", table, new RawValues(), new ConfigProblems())
                      .read(text.toString()))
          .as("seed %d: %s", seed, text)
          .doesNotThrowAnyException();
    }
  }
}
