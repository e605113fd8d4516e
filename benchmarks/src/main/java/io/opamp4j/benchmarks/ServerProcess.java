package io.opamp4j.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The JVM with {@link BenchmarkServer} in it. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final int port;

  ServerProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                BenchmarkServer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII));
    port = Integer.parseInt(line());
  }

  int port() {
    return port;
  }

  Usage usage() throws IOException {
    return ask("usage");
  }

  /** Collects garbage first. */
  Usage usageAfterCollection() throws IOException {
    ask("heap");
    return ask("heap");
  }

  @Override
  public void close() throws IOException {
    in.close();
    process.destroy();
  }

  private Usage ask(String what) throws IOException {
    in.write(what + "\n");
    in.flush();
    String[] numbers = line().split(" ", 3);
    return new Usage(
        Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  private String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new EOFException("the server has ended");
    }
    return line;
  }

  /**
   * @param cpuNanos since the process began
   * @param heapBytes in use
   * @param closed connections closed so far
   */
  record Usage(long cpuNanos, long heapBytes, long closed) {}
}
