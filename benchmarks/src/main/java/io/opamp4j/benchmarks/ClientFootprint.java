package io.opamp4j.benchmarks;

import io.opamp4j.client.ClientListener;
import io.opamp4j.client.Descriptions;
import io.opamp4j.client.Healths;
import io.opamp4j.client.OpampClient;
import io.opamp4j.client.RemoteConfigResult;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Measures what an idle client keeps in its JVM: heap after a collection, and threads. All clients
 * are connected to a server in another JVM. The figure is the difference that some hundred more of
 * them make when as many are there already: what they share is in use by then, and nothing is being
 * closed. The optional argument is that number.
 */
public final class ClientFootprint {
  private static final int CLIENTS = 200;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private ClientFootprint() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int clients = arguments.length == 0 ? CLIENTS : Integer.parseInt(arguments[0]);
    PrintStream out = System.out;
    out.printf(
        "%d processors, JDK %s, %s %s, %d clients%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        clients);
    out.println("| transport | heap per idle client, bytes | threads per client |");
    out.println("| --- | --- | --- |");
    try (ServerProcess server = new ServerProcess(BenchmarkServer.class)) {
      for (String scheme : List.of("ws", "http")) {
        URI endpoint = URI.create(scheme + "://127.0.0.1:" + server.port() + "/v1/opamp");
        List<OpampClient> idle = connected(clients, endpoint);
        long heapBefore = heap();
        int threadsBefore = threads();
        idle.addAll(connected(clients, endpoint));
        long heap = heap() - heapBefore;
        int threads = threads() - threadsBefore;
        idle.forEach(OpampClient::close);
        out.printf("| %s | %,d | %.1f |%n", scheme, heap / clients, threads / (double) clients);
      }
    }
  }

  private static List<OpampClient> connected(int count, URI endpoint) throws InterruptedException {
    CountDownLatch connected = new CountDownLatch(count);
    List<OpampClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      OpampClient client =
          OpampClient.builder(endpoint)
              .description(
                  Descriptions.collector(
                      Map.of(
                          "service.name", "checkout",
                          "service.version", "1.0.0",
                          "service.instance.id", Integer.toString(i),
                          "os.type", "linux",
                          "host.name", "node-" + i)))
              .health(Healths.running(Instant.now(), "up"))
              .remoteConfig(offer -> RemoteConfigResult.applied())
              .listener(
                  new ClientListener() {
                    @Override
                    public void onConnected() {
                      connected.countDown();
                    }
                  })
              .build();
      client.start();
      clients.add(client);
    }
    if (!connected.await(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException(connected.getCount() + " clients did not connect");
    }
    return clients;
  }

  private static long heap() throws InterruptedException {
    // What a collection frees may hold what the next one frees.
    for (int i = 0; i < 4; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(250);
    }
    return MEMORY.getHeapMemoryUsage().getUsed();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }
}
