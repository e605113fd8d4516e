package io.opamp4j.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Measures what operators ask of a node with many agents connected to it: lists with filters, sorts
 * and counts, over REST, one request after the other. On a machine that does other things too, look
 * at the processor time. The optional argument is the number of agents.
 */
public final class QueryBenchmark {
  private static final int AGENTS = 10_000;
  private static final int WARM_UP = 200;
  private static final int MEASURED = 400;
  private static final List<String> QUERIES =
      List.of(
          "/api/v1/agents?limit=100",
          "/api/v1/agents?limit=100&count=true&selector=env%3Dprod,zone%20in%20(z1,z2)",
          "/api/v1/agents?limit=100&count=true&q=host-99&state=Connected",
          "/api/v1/agents?limit=100&count=true&q=nothing-has-this",
          "/api/v1/agents?limit=100&sort=-name&selector=env%3Dprod",
          "/api/v1/agents?limit=100&sort=lastSeen&count=true",
          "/api/v1/agents/counts?by=state",
          "/api/v1/agents/counts?by=health&configuration=collector&version=1",
          "/api/v1/agents/counts?by=label:zone&selector=env%3Dprod",
          "/api/v1/agents/counts?by=label:host.name&q=host");

  private QueryBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int agents = arguments.length == 0 ? AGENTS : Integer.parseInt(arguments[0]);
    PrintStream out = System.out;
    try (ServerProcess server = new ServerProcess(FleetServer.class);
        SimulatedFleet fleet = new SimulatedFleet(server.port())) {
      fleet.connect(agents);
      Rest rest = new Rest(server.port());
      rest.put(
          "/api/v1/configurations/collector",
          SimulatedFleet.configurationJson("version 1"),
          "If-None-Match",
          "*");
      while (fleet.applied() < agents) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      // Records are written in batches for about a second after the last change.
      TimeUnit.SECONDS.sleep(3);
      out.printf("%d agents; milliseconds of a request with its answer read%n%n", agents);
      out.println("| query | median | 99 % | most | server CPU |");
      out.println("| --- | --- | --- | --- | --- |");
      for (String query : QUERIES) {
        measure(rest, query, WARM_UP);
        long worked = server.usage().cpuNanos();
        long[] nanos = measure(rest, query, MEASURED);
        worked = server.usage().cpuNanos() - worked;
        out.printf(
            Locale.ROOT,
            "| `%s` | %.1f | %.1f | %.1f | %.1f |%n",
            query,
            nanos[MEASURED / 2] / 1e6,
            nanos[MEASURED * 99 / 100] / 1e6,
            nanos[MEASURED - 1] / 1e6,
            worked / 1e6 / MEASURED);
      }
    }
  }

  private static long[] measure(Rest rest, String query, int times)
      throws IOException, InterruptedException {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long begin = System.nanoTime();
      rest.get(query);
      nanos[i] = System.nanoTime() - begin;
    }
    Arrays.sort(nanos);
    return nanos;
  }
}
