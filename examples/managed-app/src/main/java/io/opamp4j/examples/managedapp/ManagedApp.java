package io.opamp4j.examples.managedapp;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;

/** Starts the greeter with its agent; Ctrl-C ends both in order. */
public final class ManagedApp {
  private static final String USAGE =
      """
      Usage: java -jar managed-app.jar [--server URL] [--state DIRECTORY]

      A greeter that an OpAMP server manages.

        --server URL        ws, wss, http or https; ws://127.0.0.1:4320/v1/opamp by default
        --state DIRECTORY   what is to survive a restart; ./managed-app-state by default
        --help              this text
      """;

  private ManagedApp() {}

  /** What the command line says. */
  record Options(URI server, Path state, boolean help) {
    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException if one is wrong
     */
    static Options of(List<String> arguments) {
      Options options =
          new Options(
              URI.create("ws://127.0.0.1:4320/v1/opamp"), Path.of("managed-app-state"), false);
      for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
        String name = rest.next();
        options =
            switch (name) {
              case "--help" -> new Options(options.server, options.state, true);
              case "--server" ->
                  new Options(URI.create(value(name, rest)), options.state, options.help);
              case "--state" ->
                  new Options(options.server, Path.of(value(name, rest)), options.help);
              default -> throw new IllegalArgumentException("unknown option " + name);
            };
      }
      return options;
    }

    private static String value(String name, Iterator<String> rest) {
      if (!rest.hasNext()) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      return rest.next();
    }
  }

  /** Runs until it is interrupted. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    try {
      Options options = Options.of(List.of(arguments));
      if (options.help) {
        out.print(USAGE);
      } else {
        run(options, out);
      }
    } catch (IllegalArgumentException e) {
      System.err.println("managed-app: " + e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
  }

  private static void run(Options options, PrintStream out) throws IOException {
    Files.createDirectories(options.state);
    // The greeter's thread keeps the process alive; the client's are daemons.
    Greeter greeter = new Greeter(GreeterConfig.DEFAULT, InstantSource.system(), out::println);
    ManagedAgent agent =
        new ManagedAgent(
            options.server,
            options.state.resolve("agent"),
            greeter,
            line -> out.println("[agent] " + line));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  agent.close();
                  greeter.close();
                }));
    agent.start();
  }
}
