package io.opamp4j.benchmarks;

import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Measures what operators ask of a node with many agents: lists with filters, sorts and counts,
 * over REST, one request after the other. On a machine that does other things too, look at the
 * processor time. The agents report over plain HTTP first. The optional argument is their number.
 */
public final class QueryBenchmark {
  private static final int AGENTS = 10_000;
  private static final int WARM_UP = 300;
  private static final int MEASURED = 500;
  private static final List<String> QUERIES =
      List.of(
          "/api/v1/agents?limit=100",
          "/api/v1/agents?limit=100&count=true&selector=env%3Dprod,zone%20in%20(z1,z2)",
          "/api/v1/agents?limit=100&count=true&q=host-99&state=Connected",
          "/api/v1/agents?limit=100&count=true&q=nothing-has-this",
          "/api/v1/agents?limit=100&sort=-name&selector=env%3Dprod",
          "/api/v1/agents?limit=100&sort=lastSeen&count=true",
          "/api/v1/agents/counts?by=state",
          "/api/v1/agents/counts?by=label:zone&selector=env%3Dprod",
          "/api/v1/agents/counts?by=label:host.name&q=host");

  private QueryBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int agents = arguments.length == 0 ? AGENTS : Integer.parseInt(arguments[0]);
    PrintStream out = System.out;
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, Duration.ofSeconds(1)),
            defaults
                .agents()
                .with(new ServerConfig.Admission(100_000, 100_000, Duration.ofSeconds(30))),
            new ServerConfig.Storage("memory", Map.of()));
    try (OpampServer server = OpampServer.start(config)) {
      HttpClient client = HttpClient.newHttpClient();
      URI base = URI.create("http://127.0.0.1:" + server.port());
      for (int i = 0; i < agents; i++) {
        report(client, base, i);
      }
      out.printf("%d agents; milliseconds of a request with its answer read%n%n", agents);
      out.println("| query | median | 99 % | most | processor time |");
      out.println("| --- | --- | --- | --- | --- |");
      for (String query : QUERIES) {
        measure(client, base, query, WARM_UP);
        long worked = processorNanos();
        long[] nanos = measure(client, base, query, MEASURED);
        worked = processorNanos() - worked;
        out.printf(
            "| `%s` | %.1f | %.1f | %.1f | %.1f |%n",
            query,
            nanos[MEASURED / 2] / 1e6,
            nanos[MEASURED * 99 / 100] / 1e6,
            nanos[MEASURED - 1] / 1e6,
            worked / 1e6 / MEASURED);
      }
    }
  }

  /** Of this process, so of the one who asks too. */
  private static long processorNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long[] measure(HttpClient client, URI base, String query, int times)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(base.resolve(query)).build();
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long begin = System.nanoTime();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      nanos[i] = System.nanoTime() - begin;
      if (answer.statusCode() != 200) {
        throw new IOException(query + " was answered with " + answer.statusCode());
      }
    }
    Arrays.sort(nanos);
    return nanos;
  }

  /** The first report of an agent as a collector would send it: a dozen attributes, and health. */
  private static void report(HttpClient client, URI base, int number)
      throws IOException, InterruptedException {
    AgentDescription.Builder description =
        AgentDescription.newBuilder()
            .addIdentifyingAttributes(attribute("service.name", "collector-" + number % 50))
            .addIdentifyingAttributes(attribute("service.version", "0." + number % 7 + ".0"))
            .addIdentifyingAttributes(attribute("service.instance.id", "instance-" + number))
            .addNonIdentifyingAttributes(attribute("host.name", "host-" + number))
            .addNonIdentifyingAttributes(attribute("env", number % 3 == 0 ? "prod" : "test"))
            .addNonIdentifyingAttributes(attribute("zone", "z" + number % 9));
    for (int i = 0; i < 6; i++) {
      description.addNonIdentifyingAttributes(attribute("attribute." + i, "Value " + i));
    }
    ByteBuffer uid = ByteBuffer.allocate(16).putLong(0x0190_0000_0000_7000L).putLong(number);
    AgentToServer report =
        AgentToServer.newBuilder()
            .setInstanceUid(ByteString.copyFrom(uid.flip()))
            .setCapabilities(0x1803)
            .setAgentDescription(description)
            .setHealth(ComponentHealth.newBuilder().setHealthy(number % 20 != 0))
            .build();
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/v1/opamp"))
            .header("Content-Type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(report.toByteArray()))
            .build();
    HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException("a report was answered with " + answer.statusCode());
    }
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
