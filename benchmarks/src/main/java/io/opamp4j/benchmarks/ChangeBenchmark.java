package io.opamp4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Measures what a fleet of connected agents costs a node, and how long a rollout to all of them at
 * once takes until the server counts every one as having applied a configuration of 20 KB. The
 * optional arguments are the number of agents and of rollouts.
 */
public final class ChangeBenchmark {
  private static final int AGENTS = 10_000;
  private static final int ROUNDS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String CONFIGURATION = "/api/v1/configurations/collector";
  private static final String PLAN = "{\"plan\":{\"type\":\"all\",\"healthGateSeconds\":0}}";

  private final ServerProcess server;
  private final SimulatedFleet fleet;
  private final Rest rest;
  private final int agents;

  private ChangeBenchmark(ServerProcess server, SimulatedFleet fleet, int agents) {
    this.server = server;
    this.fleet = fleet;
    this.rest = new Rest(server.port());
    this.agents = agents;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int agents = arguments.length < 1 ? AGENTS : Integer.parseInt(arguments[0]);
    int rounds = arguments.length < 2 ? ROUNDS : Integer.parseInt(arguments[1]);
    try (ServerProcess server = new ServerProcess(FleetServer.class);
        SimulatedFleet fleet = new SimulatedFleet(server.port())) {
      new ChangeBenchmark(server, fleet, agents).run(rounds);
    }
  }

  private void run(int rounds) throws IOException, InterruptedException {
    PrintStream out = System.out;
    // The first tenth pays for what is there once.
    int first = agents / 10;
    fleet.connect(first);
    long begun = settledHeap();
    Duration connecting = fleet.connect(agents);
    long connected = settledHeap();
    out.printf(
        Locale.ROOT,
        "%d agents; connected with their reports in %.1f s; heap per agent %d bytes%n",
        agents,
        seconds(connecting),
        (connected - begun) / (agents - first));

    rest.put(CONFIGURATION, SimulatedFleet.configurationJson("version 1"), "If-None-Match", "*");
    long start = System.nanoTime();
    awaitApplied(1, start);
    long configured = settledHeap();
    out.printf(
        Locale.ROOT,
        "heap per agent after each has applied a configuration and reported it: %d bytes;"
            + " all in use: %.1f MB%n%n",
        (configured - begun) / (agents - first),
        configured / 1e6);
    out.println(
        "| rollout | answered, s | last agent has answered, s | server has counted all, s"
            + " | server CPU, s | agents' CPU, s | done, s | heap after, MB |");
    out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (int version = 2; version <= rounds + 1; version++) {
      round(out, version);
    }
  }

  private void round(PrintStream out, int version) throws IOException, InterruptedException {
    rest.put(
        CONFIGURATION + "?draft=true",
        SimulatedFleet.configurationJson("version " + version),
        "If-Match",
        "\"" + (version - 1) + "\"");
    Usage before = server.usage();
    long ownBefore = ownProcessorNanos();
    long start = System.nanoTime();
    rest.post(CONFIGURATION + "/rollout", PLAN);
    double answered = since(start);
    Applied applied = awaitApplied(version, start);
    long own = ownProcessorNanos() - ownBefore;
    Usage after = server.usage();
    awaitCompleted(start);
    double completed = since(start);
    out.printf(
        Locale.ROOT,
        "| %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f |%n",
        version - 1,
        answered,
        applied.byAgents(),
        applied.byServer(),
        (after.cpuNanos() - before.cpuNanos()) / 1e9,
        own / 1e9,
        completed,
        settledHeap() / 1e6);
  }

  /** When all had applied it, in seconds, as seen from two sides. */
  private record Applied(double byAgents, double byServer) {}

  private Applied awaitApplied(int version, long start) throws IOException, InterruptedException {
    String count =
        "/api/v1/agents/counts?by=state&state=Connected&configuration=collector&version=" + version;
    double byAgents = 0;
    while (since(start) < PATIENCE.toSeconds()) {
      if (fleet.applied() == (long) version * agents) {
        byAgents = byAgents == 0 ? since(start) : byAgents;
        // Not before: each look costs the server processor time that the agents need.
        if (Rest.number(rest.get(count), "total") == agents) {
          return new Applied(byAgents, since(start));
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new IllegalStateException(
        fleet.applied() + " configurations were applied; " + rest.get(CONFIGURATION + "/rollout"));
  }

  private void awaitCompleted(long start) throws IOException, InterruptedException {
    String rollout = rest.get(CONFIGURATION + "/rollout");
    while (!rollout.contains("\"phase\":\"Done\"")) {
      if (since(start) > PATIENCE.toSeconds()) {
        throw new IllegalStateException("the rollout is not completed: " + rollout);
      }
      TimeUnit.MILLISECONDS.sleep(50);
      rollout = rest.get(CONFIGURATION + "/rollout");
    }
    if (Rest.number(rollout, "applied") != agents) {
      throw new IllegalStateException("some have not applied it: " + rollout);
    }
  }

  /** Records are written in batches for about a second after the last change. */
  private long settledHeap() throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(3);
    return server.usageAfterCollection().heapBytes();
  }

  private static long ownProcessorNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
