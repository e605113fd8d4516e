package io.opamp4j.benchmarks;

import com.google.protobuf.ByteString;
import com.sun.management.UnixOperatingSystemMXBean;
import io.opamp4j.benchmarks.ServerProcess.Usage;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Measures the transport and prints a table beside the figures of the prototype. Takes about a
 * minute. The optional argument is the number of connections.
 */
public final class TransportBenchmark {
  private static final int CONNECTIONS = 10_000;
  private static final int SPARE_FILES = 500;
  private static final int MAX_WAITS = 100;
  private static final int SMALL = 60;
  private static final int LARGE = 20 * 1024;
  private static final int LARGE_IN_FLIGHT = 64;

  private TransportBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int wanted = arguments.length == 0 ? CONNECTIONS : Integer.parseInt(arguments[0]);
    int connections = Math.min(wanted, openFiles() - SPARE_FILES);
    PrintStream out = System.out;
    if (connections < wanted) {
      out.printf(
          "Only %d connections: raise the limit of open files (ulimit -n) above %d.%n",
          connections, wanted + SPARE_FILES);
    }
    out.printf(
        "%d processors, JDK %s, %s %s, %d connections%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        connections);
    try (ServerProcess server = new ServerProcess();
        Agents agents = new Agents(server.port())) {
      run(server, agents, connections, out);
    }
  }

  private static void run(ServerProcess server, Agents agents, int connections, PrintStream out)
      throws IOException, InterruptedException {
    agents.connect(connections);
    agents.disconnect();
    for (int i = 0; server.usage().closed() < connections; i++) {
      if (i == MAX_WAITS) {
        throw new IllegalStateException("the server has not noticed the end of all connections");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    long empty = server.usageAfterCollection().heapBytes();
    Duration connecting = agents.connect(connections);
    long idle = server.usageAfterCollection().heapBytes();

    out.println("| what | measured | prototype |");
    out.println("| --- | --- | --- |");
    row(out, "new connections per second, warm", connections / seconds(connecting), "16,000");
    row(out, "heap per idle connection, bytes", (idle - empty) / (double) connections, "4,030");

    Rate small = measure(server, agents, connections, frame(SMALL), Duration.ofSeconds(12));
    row(out, SMALL + "-byte request/reply, messages/s", small.perSecond(), "69,500");
    row(out, "server CPU per message, us", small.cpuMicros(), "16.4");

    Rate large = measure(server, agents, LARGE_IN_FLIGHT, frame(LARGE), Duration.ofSeconds(6));
    row(out, "20 KB messages in, messages/s (64 in flight)", large.perSecond(), "31,900");

    agents.sendOnceEach(frame(LARGE), LARGE_IN_FLIGHT);
    long used = server.usageAfterCollection().heapBytes();
    row(
        out,
        "heap per connection after each received one 20 KB message",
        (used - empty) / (double) connections,
        "8,250");
    agents.disconnect();
  }

  private static Rate measure(
      ServerProcess server, Agents agents, int active, byte[] frame, Duration time)
      throws IOException, InterruptedException {
    agents.talk(active, frame);
    TimeUnit.NANOSECONDS.sleep(time.toNanos() / 2);
    Usage before = server.usage();
    long start = System.nanoTime();
    long answers = agents.answers();
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
    long messages = agents.answers() - answers;
    double seconds = seconds(Duration.ofNanos(System.nanoTime() - start));
    Usage after = server.usage();
    agents.quiet();
    TimeUnit.SECONDS.sleep(1);
    return new Rate(messages / seconds, (after.cpuNanos() - before.cpuNanos()) / 1000.0 / messages);
  }

  /** A masked WebSocket frame, with the mask 0, around a message of this size. */
  private static byte[] frame(int size) {
    byte[] message = message(size);
    ByteBuffer frame = ByteBuffer.allocate(14 + 1 + message.length).put((byte) 0x82);
    int length = message.length + 1;
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else {
      frame.put((byte) 0xFE).putShort((short) length);
    }
    frame.putInt(0).put((byte) 0).put(message).flip();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }

  private static byte[] message(int size) {
    AgentToServer.Builder message =
        AgentToServer.newBuilder()
            .setInstanceUid(ByteString.copyFrom(new byte[16]))
            .setSequenceNum(1)
            .setCapabilities(0x2005);
    int left = size - message.build().getSerializedSize();
    int overhead = size > 1000 ? 24 : 12;
    KeyValue attribute =
        KeyValue.newBuilder()
            .setKey("x")
            .setValue(AnyValue.newBuilder().setStringValue("x".repeat(left - overhead)))
            .build();
    return message
        .setAgentDescription(AgentDescription.newBuilder().addNonIdentifyingAttributes(attribute))
        .build()
        .toByteArray();
  }

  private static int openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? (int) Math.min(unix.getMaxFileDescriptorCount(), Integer.MAX_VALUE)
        : Integer.MAX_VALUE;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static void row(PrintStream out, String what, double measured, String prototype) {
    String number = measured < 100 ? "%.1f" : "%,.0f";
    out.printf("| %s | " + number + " | %s |%n", what, measured, prototype);
  }

  /**
   * @param perSecond messages answered
   * @param cpuMicros of the server's process, for each of them
   */
  private record Rate(double perSecond, double cpuMicros) {}
}
