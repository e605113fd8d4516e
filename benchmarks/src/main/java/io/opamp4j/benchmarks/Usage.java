package io.opamp4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/**
 * What a server has used so far.
 *
 * @param cpuNanos since the process began
 * @param heapBytes in use
 * @param closed connections closed so far
 */
record Usage(long cpuNanos, long heapBytes, long closed) {

  /**
   * Prints the port; then, for every line on standard input and until its end, the usage. The line
   * {@code heap} collects garbage first.
   */
  static void report(int port, LongSupplier closed) throws IOException {
    PrintStream out = System.out;
    out.println(port);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("heap")) {
        System.gc();
      }
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      out.println(system.getProcessCpuTime() + " " + heap + " " + closed.getAsLong());
    }
  }

  static Usage parse(String line) {
    String[] numbers = line.split(" ", 3);
    return new Usage(
        Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }
}
