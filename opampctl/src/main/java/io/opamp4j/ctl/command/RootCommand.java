package io.opamp4j.ctl.command;

import io.opamp4j.ctl.output.Format;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program's name and the options that every command takes. Filled in by picocli. */
@Command(
    name = "opampctl",
    description = "Works with a fleet of agents through the server's REST API.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done",
      "1:The server refused or failed",
      "2:The command line or a file is wrong; nothing was changed",
      "3:The server cannot be reached, or did not answer in time",
      "4:There is no such thing",
      "5:It is not as expected: another version, a taken name, another phase",
      "6:While waiting: the rollout was paused or failed, or took too long",
      "7:With --exit-code: there are differences"
    },
    footer = {
      "",
      "Which server: --server, else OPAMPCTL_SERVER, else the context (see opampctl context"
          + " --help), else http://127.0.0.1:4320. The token: --token, else OPAMPCTL_TOKEN, else"
          + " the context's, which goes to the context's server only.",
      "",
      "Examples:",
      "  opampctl status",
      "  opampctl agents list --state Error -o json"
    })
final class RootCommand {
  @Option(
      names = "--server",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "Where the server is.")
  @Nullable String server;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      description = "Sent to the server; - reads it from the first line of standard input.")
  @Nullable String token;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "Which of the servers set by opampctl context set.")
  @Nullable String context;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "table, json or yaml. Default: table.")
  @Nullable Format output;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      scope = ScopeType.INHERIT,
      description = "How long one request may take, such as 500ms or 2m. Default: 30s.")
  @Nullable Duration timeout;

  @Option(
      names = "--no-color",
      scope = ScopeType.INHERIT,
      description = "No colours on a terminal; the variable NO_COLOR says the same.")
  boolean noColor;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program a failure came from.")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this and do nothing.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and do nothing.")
  boolean version;

  Format format() {
    return output == null ? Format.TABLE : output;
  }
}
