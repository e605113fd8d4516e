package io.opamp4j.storage.h2;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of its own that runs a main class of the tests and speaks in whole lines. */
final class ChildJvm implements AutoCloseable {
  private static final String END_OF_LINE = " .";

  private final Process process;
  private final BufferedReader output;
  private final List<String> foreign = new ArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static ChildJvm start(Class<?> main, String heap, String... arguments) throws IOException {
    return start(List.of(), main, heap, arguments);
  }

  /** A process that cannot write beyond this position of any file, until it is allowed to. */
  static ChildJvm startWithLimit(long kibibytes, Class<?> main, String heap, String... arguments)
      throws IOException {
    List<String> shell =
        List.of("bash", "-c", "ulimit -S -f " + kibibytes + "; exec \"$0\" \"$@\"");
    return start(shell, main, heap, arguments);
  }

  private static ChildJvm start(
      List<String> prefix, Class<?> main, String heap, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            heap,
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            // Its file in the shared temporary folder outlives a killed process, and whoever gets
            // the same process id later stumbles over it.
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Called in the child: one line, whole or, if the child is killed meanwhile, not at all. */
  static void say(String line) {
    System.out.println(line + END_OF_LINE);
  }

  /**
   * The next whole line of the child's own, or null at the end. Others print too: loggers, and the
   * virtual machine its warnings.
   */
  String readLine() throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.endsWith(END_OF_LINE)) {
        return line.substring(0, line.length() - END_OF_LINE.length());
      }
      foreign.add(line);
    }
    return null;
  }

  /** Reads one line, which has to be this one. */
  void expect(String line) throws IOException, InterruptedException {
    String read = readLine();
    if (!line.equals(read)) {
      throw new AssertionError(
          "expected '%s' from the child and read '%s'; exit code %s; it also printed:%n%s"
              .formatted(
                  line,
                  read,
                  read == null ? process.waitFor() : "none yet",
                  String.join("\n", foreign)));
    }
  }

  /** Takes the limit of {@link #startWithLimit} away; says whether the system could. */
  boolean liftLimit() throws IOException, InterruptedException {
    return new ProcessBuilder("prlimit", "--fsize=unlimited", "--pid", Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor()
        == 0;
  }

  /** Ends what the child reads. */
  void goOn() throws IOException {
    process.getOutputStream().close();
  }

  /** Kill -9; what was said before can still be read. */
  void kill() throws InterruptedException {
    // Through the handle: Process.destroyForcibly would also throw away what was said.
    process.toHandle().destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the child did not die");
    }
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }
}
