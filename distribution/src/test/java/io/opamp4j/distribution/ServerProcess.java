package io.opamp4j.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The built jar, or another command, as a process. Standard output and error are read on threads of
 * their own, so that a full pipe never stops the server. Closing it kills what is left.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("Listening on (http://\\S+)");

  private final Launch launch;
  private final Process process;
  private final Output out;
  private final Output err;

  private ServerProcess(Launch launch, Process process) {
    this.launch = launch;
    this.process = process;
    this.out = new Output(process.inputReader(StandardCharsets.UTF_8));
    this.err = new Output(process.errorReader(StandardCharsets.UTF_8));
  }

  /** The folder that the build made. */
  static Path distribution() {
    return Path.of(System.getProperty("opamp.distribution"));
  }

  /** The jar of the built folder, started in a working directory with these arguments. */
  static Launch jar(Path workingDirectory, String... args) {
    return jar(distribution(), workingDirectory, args);
  }

  /** The jar of a folder, which may be a changed copy of the built one. */
  static Launch jar(Path folder, Path workingDirectory, String... args) {
    return anyJar(folder.resolve("opamp-server.jar"), workingDirectory, List.of(args));
  }

  /** Another jar, whose output can be waited for in the same way. */
  static Launch anyJar(Path jar, Path workingDirectory, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(args);
    return new Launch(command, workingDirectory, Map.of());
  }

  /** The URL the server says it listens on; waits for it. */
  URI url() {
    return URI.create(awaitOut(LISTENING).group(1));
  }

  /** The port the server says it listens on; waits for it. */
  int port() {
    return url().getPort();
  }

  /** What the operating system calls it. */
  long pid() {
    return process.pid();
  }

  /** Waits for a line of standard output. */
  Matcher awaitOut(Pattern pattern) {
    return await(out, pattern);
  }

  /** Waits for a line of standard output after the first one that has another pattern in it. */
  Matcher awaitOutAfter(Pattern earlier, Pattern pattern) {
    awaitOut(earlier);
    Matcher found = out.await(out.indexOf(earlier) + 1, pattern, PATIENCE);
    if (found == null) {
      throw failure("no line matches " + pattern + " after " + earlier);
    }
    return found;
  }

  /** Waits for a line of the log. */
  Matcher awaitErr(Pattern pattern) {
    return await(err, pattern);
  }

  /** Waits until the process has ended by itself. */
  Result awaitExit() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("the server did not end");
      }
      out.ended.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      err.ended.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return new Result(process.exitValue(), out.text(), err.text());
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw (AssertionError) failure("the server did not end").initCause(e);
    }
  }

  /** Asks it to stop (SIGTERM) and waits. */
  Result terminate() {
    // Not process.destroy(), which also closes the pipes and with them the last lines.
    process.toHandle().destroy();
    return awaitExit();
  }

  /** Ends it as a power cut would (kill -9) and waits. */
  Result kill() {
    process.toHandle().destroyForcibly();
    return awaitExit();
  }

  /** The same command again, after this process has ended: same arguments, same data. */
  ServerProcess restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("still running");
    }
    return launch.start();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private Matcher await(Output output, Pattern pattern) {
    Matcher found = output.await(0, pattern, PATIENCE);
    if (found == null) {
      throw failure("no line matches " + pattern);
    }
    return found;
  }

  private AssertionError failure(String what) {
    return new AssertionError(
        "%s%n-- standard output --%n%s%n-- standard error --%n%s"
            .formatted(what, out.text(), err.text()));
  }

  /** A command that can be started more than once. */
  record Launch(List<String> command, Path workingDirectory, Map<String, String> environment) {
    /** The same with environment variables of the server's added. */
    Launch with(Map<String, String> variables) {
      return new Launch(command, workingDirectory, variables);
    }

    ServerProcess start() {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.directory(workingDirectory.toFile());
      // What the developer has set for their own server or command line is not part of the test.
      builder.environment().keySet().removeIf(name -> name.startsWith("OPAMP"));
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      builder.environment().putAll(environment);
      try {
        Files.createDirectories(workingDirectory);
        return new ServerProcess(this, builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Starts it and waits until it has ended by itself. */
    Result run() {
      try (ServerProcess process = start()) {
        return process.awaitExit();
      }
    }
  }

  /** What is left of a process. */
  record Result(int exitCode, String out, String err) {}

  /** Lines as they come; whoever waits is woken by each of them and by the end. */
  private static final class Output {
    final CompletableFuture<Void> ended;
    private final List<String> lines = new ArrayList<>();
    private boolean over;

    Output(BufferedReader reader) {
      ended = CompletableFuture.runAsync(() -> drain(reader), task -> new Thread(task).start());
    }

    private void drain(BufferedReader reader) {
      try (reader) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          synchronized (this) {
            lines.add(line);
            notifyAll();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        synchronized (this) {
          over = true;
          notifyAll();
        }
      }
    }

    /** Where the first line is that has the pattern in it; -1 if there is none. */
    synchronized int indexOf(Pattern pattern) {
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          return i;
        }
      }
      return -1;
    }

    /** The first such line from here on; null if the output or the time ends first. */
    synchronized Matcher await(int from, Pattern pattern, Duration patience) {
      long deadline = System.nanoTime() + patience.toNanos();
      int next = from;
      while (true) {
        for (; next < lines.size(); next++) {
          Matcher matcher = pattern.matcher(lines.get(next));
          if (matcher.find()) {
            return matcher;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (over || left <= 0) {
          return null;
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return null;
        }
      }
    }

    synchronized String text() {
      return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
  }
}
