package io.opamp4j.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CtlUsageTest {
  private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");

  @TempDir Path home;

  static Stream<String> everyCommand() {
    List<String> names = new ArrayList<>();
    add(new Terminal(Path.of("")).program(sink(), sink()).commandLine(), names);
    return names.stream();
  }

  private static ByteArrayOutputStream sink() {
    return new ByteArrayOutputStream();
  }

  private static void add(CommandLine command, List<String> names) {
    names.add(command.getCommandSpec().qualifiedName());
    command.getSubcommands().values().forEach(sub -> add(sub, names));
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyCommandHasHelpWithExamplesThatAreValid(String command) {
    String[] words = (command + " --help").split(" ", -1);
    Terminal.Outcome help = new Terminal(home).run(Arrays.copyOfRange(words, 1, words.length));

    assertThat(help.exitCode()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out()).contains("Usage: " + command, "--server", "--output", "Examples:\n");
    assertThat(help.out().lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(101));
    List<String> examples =
        help.out()
            .substring(help.out().indexOf("Examples:\n"))
            .lines()
            .filter(line -> line.startsWith("  opampctl "))
            .toList();
    assertThat(examples).isNotEmpty();
    assertThat(examples).anyMatch(line -> line.contains(command.replace("configs apply", "apply")));
    for (String example : examples) {
      CommandLine parser = new Terminal(home).program(sink(), sink()).commandLine();
      assertThat(parser.parseArgs(words(example)).errors()).as(example).isEmpty();
    }
  }

  /** As a shell would split it, up to a redirection. */
  private static String[] words(String example) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(example.replaceFirst("( >|&&).*", ""));
    while (word.find()) {
      words.add(word.group().replace("'", ""));
    }
    return words.subList(1, words.size()).toArray(String[]::new);
  }

  @Test
  void theHelpNamesEveryExitCode() {
    String help = new Terminal(home).run("--help").out();
    for (int code = 0; code <= 7; code++) {
      assertThat(help).containsPattern("(?m)^ +" + code + " {3}\\S");
    }
  }

  @Test
  void theVersionIsAWord() {
    assertThat(new Terminal(home).run("--version").out()).startsWith("opampctl ");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        " | Missing required subcommand",
        "agents | Missing required subcommand",
        "agents lst | Unmatched argument at index 1: 'lst'",
        "agents get | Missing required parameter: 'AGENT'",
        "agents list --limit 0 | --limit must be 1 or more",
        "agents list --limit many | 'many' is not an int",
        "agents list -o xml | must be table, json or yaml, not 'xml'",
        "agents list --timeout 30 | such as 500ms, 90s, 5m, 1h or 1d, not '30'",
        "agents list --server ftp://x | must begin with http:// or https://",
        "agents list --server http:// | is not a URL",
        "agents list --server http://h/?q | must end with the host, the port or a path",
        "agents list --server http://joe:secret@h | must not contain a password",
        "agents list --context nowhere | there is no context nowhere",
        "agents list --token a\u00e4 | the token must be 1 to 8192 visible ASCII characters",
        "agents restart | name one agent, or several with --selector",
        "agents restart u -l a=b | name one agent, or several with --selector",
        "agents restart -l a=b | say --dry-run to see which agents it is about, or --yes to do it",
        "agents restart -l a=b --yes --dry-run | say --dry-run to see",
        "agents restart u --dry-run | --dry-run goes with --selector",
        "agents label -l a=b --yes | say which labels to set",
        "agents label u novalue | 'novalue' must be key=value, or key- to take it away",
        "agents label u =v | must be key=value",
        "agents label u - | must be key=value",
        "agents label u a=1 a- | the label a is named twice",
        "configs run web newest | VERSION must be a number or latest, not 'newest'",
        "configs run web 0 | VERSION must be a number or latest, not '0'",
        "configs history web --limit -1 | --limit must be 1 or more",
        "rollouts start web --stage canary | --stage must be NAME=SELECTOR, not 'canary'",
        "rollouts start web --max-errors some | --max-errors must be a number or a percentage",
        "rollouts start web --interval 1500ms | --interval must be whole seconds",
        "rollouts start web --plan slow | expected one of [standard, all, progressive]",
        "apply | Missing required option: '--file=PATH'",
        "apply -f - --prune * | is empty",
        "context set a | a new context needs --server",
        "context set -x --server h | Missing required parameter",
        "context set a/b --server h | NAME must be 1 to 63 letters",
        "completion fish | expected one of [bash, zsh]",
      })
  void wrongUsageIsSaidInOneLineAndEndsWith2(String args, String message) {
    String[] words = args == null ? new String[0] : args.split(" ", -1);
    Terminal.Outcome outcome = new Terminal(home).run(words);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("opampctl: ").contains(message);
    assertThat(outcome.err()).doesNotContain("Exception", "\tat ", "secret");
  }

  @ParameterizedTest
  @CsvSource({"bash", "zsh"})
  void theCompletionIsAValidScript(String shell) throws IOException, InterruptedException {
    Terminal.Outcome outcome = new Terminal(home).run("completion", shell);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("rollback", "--selector");

    Path bash = Path.of("/bin/bash");
    assumeTrue(Files.isExecutable(bash), "bash is here");
    Path script = Files.writeString(home.resolve("completion"), outcome.out());
    Process check =
        new ProcessBuilder(bash.toString(), "-n", script.toString()).inheritIO().start();
    assertThat(check.waitFor()).isZero();
  }

  @Test
  void aFailureShowsItsOriginOnlyWithDebug() {
    String[] args = {"status", "--server", "http://127.0.0.1:1"};
    assertThat(new Terminal(home).run(args).err()).doesNotContain("\tat ");
    assertThat(new Terminal(home).run("--debug", args[0], args[1], args[2]).err())
        .contains("\tat io.opamp4j.ctl");
  }
}
