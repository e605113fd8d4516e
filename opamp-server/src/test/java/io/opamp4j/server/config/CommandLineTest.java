package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private final SettingTable table =
      new SettingTable(StoragePlugins.of(List.of(new FakePlugin("h2"))));
  private final ConfigProblems problems = new ConfigProblems();

  @Test
  void understandsBothSpellingsAndTheFlags() {
    CommandLine line =
        parse(
            "--server.port",
            "1",
            "--server.host=::1",
            "--storage.h2.path=",
            "--check-config",
            "--config=a=b.yaml",
            "-h",
            "--version");

    assertThat(problems.all()).isEmpty();
    assertThat(line)
        .isEqualTo(
            new CommandLine(
                true,
                true,
                true,
                Optional.of("a=b.yaml"),
                Map.of("server.port", "1", "server.host", "::1", "storage.h2.path", ""),
                Optional.empty()));
  }

  @Test
  void understandsStorageCopy() {
    CommandLine line =
        parse("storage", "copy", "--from", "h2", "--to=redis", "--overwrite", "--server.port=1");

    assertThat(problems.all()).isEmpty();
    assertThat(line.copy()).contains(new CommandLine.Copy("h2", "redis", true));
    assertThat(line.settings()).containsExactly(Map.entry("server.port", "1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--server.port                         | --server.port: needs a value: --server.port=VALUE",
        "--server.port --help                  | --server.port: needs a value: --server.port=VALUE",
        "--server.port 1 --server.port=2       | --server.port: is given twice",
        "--config a --config b                 | --config: is given twice",
        "--help=yes                            | --help: takes no value",
        "--server.prot 1                       | --server.prot: unknown option; did you mean"
            + " --server.port?",
        "--port 1                              | --port: unknown option; did you mean"
            + " --server.port?",
        "start                                 | command line: word 1 is neither an option nor its"
            + " value",
        "--server.port 1 2                     | command line: word 3 is neither an option nor its"
            + " value",
        "--                                    | command line: word 1 is neither an option nor its"
            + " value",
        "-p                                    | command line: word 1 is neither an option nor its"
            + " value",
        "--=                                   | --: unknown option",
        "storage                               | command line: word 1 is neither an option nor its"
            + " value",
        "storage copy --from a                 | --to: is needed: opamp-server storage copy --from"
            + " h2 --to redis",
        "storage copy --from a --to b c        | command line: word 7 is neither an option nor its"
            + " value",
        "storage copy --from a --from b --to c | --from: is given twice",
        "--overwrite=x                         | --overwrite: unknown option",
      })
  void refuses(String words, String problem) {
    parse(words.split(" "));

    assertThat(problems.all())
        .extracting(p -> p.place() + ": " + p.message())
        .containsExactly(problem);
  }

  @Test
  void anOptionIsNotTakenForTheValueOfTheOneBefore() {
    CommandLine line = parse("--server.host", "--server.port", "5");

    assertThat(problems.all()).hasSize(1);
    assertThat(line.settings()).containsExactly(Map.entry("server.port", "5"));
  }

  private CommandLine parse(String... words) {
    return CommandLine.parse(List.of(words), table, problems);
  }
}
