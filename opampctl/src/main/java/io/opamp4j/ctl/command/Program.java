package io.opamp4j.ctl.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.output.Format;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Times;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Puts the commands together and turns every way to end into an exit code. */
final class Program {
  private final Surroundings surroundings;
  private final RootCommand root = new RootCommand();

  Program(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Does what the arguments say.
   *
   * @return one of {@link ExitCode}
   */
  int run(String... args) {
    int exitCode = commandLine().execute(args);
    surroundings.streams().out().flush();
    surroundings.streams().err().flush();
    return exitCode;
  }

  /** All commands, not yet run. */
  CommandLine commandLine() {
    Session session = new Session(root, surroundings);
    CommandLine line =
        new CommandLine(root)
            .addSubcommand(
                new CommandLine(new AgentsCommand(session))
                    .addSubcommand(new PinCommand(session))
                    .addSubcommand(new UnpinCommand(session)))
            .addSubcommand(
                new CommandLine(new ConfigsCommand(session))
                    .addSubcommand("apply", new ApplyCommand(session)))
            .addSubcommand(new RolloutsCommand(session))
            .addSubcommand("apply", new ApplyCommand(session))
            .addSubcommand(new WhyCommand(session))
            .addSubcommand(new EventsCommand(session))
            .addSubcommand(new NodesCommand(session))
            .addSubcommand(new StatusCommand(session))
            .addSubcommand(new ContextCommand(session))
            .addSubcommand(new CompletionCommand(session));
    settle(line);
    line.getCommandSpec().version("opampctl " + version());
    return line;
  }

  private void settle(CommandLine line) {
    Streams streams = surroundings.streams();
    line.setOut(writer(streams.out()));
    line.setErr(writer(streams.err()));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // Labels and passwords may begin with @.
    line.setExpandAtFiles(false);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    line.registerConverter(Duration.class, Program::duration);
    line.registerConverter(Format.class, Program::format);
    line.setParameterExceptionHandler((e, args) -> misused(e, streams.err()));
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, streams.err()));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, UTF_8), true);
  }

  private int misused(ParameterException e, PrintStream err) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    err.println("opampctl: " + Plain.lines(String.valueOf(e.getMessage())));
    err.println("Try '" + command + " --help'.");
    trace(e, err);
    return ExitCode.USAGE;
  }

  private int failed(Exception e, PrintStream err) {
    if (e instanceof CtlException expected) {
      err.println("opampctl: " + Plain.lines(expected.text()));
      trace(e, err);
      return expected.exitCode();
    }
    err.println("opampctl: unexpected failure: " + e + (root.debug ? "" : "; --debug shows more"));
    trace(e, err);
    return ExitCode.FAILED;
  }

  private void trace(Exception e, PrintStream err) {
    if (root.debug) {
      e.printStackTrace(err);
    }
  }

  private static Duration duration(String text) {
    try {
      return Times.duration(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Format format(String text) {
    return Arrays.stream(Format.values())
        .filter(format -> format.toString().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> new TypeConversionException("must be table, json or yaml, not '" + text + "'"));
  }

  /** From the jar's manifest; a build that was not packed has none. */
  private static String version() {
    String version = Program.class.getPackage().getImplementationVersion();
    return version == null ? "(not packed)" : version;
  }
}
