package io.opamp4j.ctl.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/**
 * The process. Ctrl-C ends it as it ends every program, with 130 and without a word; what was
 * written until then is complete.
 */
public final class Main {
  private static final int USUAL_WIDTH = 100;

  private Main() {}

  /** Runs one command and exits. */
  public static void main(String[] args) {
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Streams streams =
        new Streams(System.in, out, err, isTerminal("out"), isTerminal("err"), width());
    Surroundings surroundings =
        new Surroundings(
            streams,
            System.getenv(),
            Path.of(System.getProperty("user.home", ".")),
            InstantSource.system(),
            () -> UUID.randomUUID().toString(),
            Main::pause);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  out.flush();
                  err.flush();
                }));
    System.exit(new Program(surroundings).run(args));
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 14), false, UTF_8);
  }

  /** The start script knows; the JVM cannot tell for each stream. */
  private static boolean isTerminal(String stream) {
    return Boolean.getBoolean("opampctl.terminal." + stream);
  }

  private static int width() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{0,3}")
        ? Integer.parseInt(columns)
        : USUAL_WIDTH;
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
