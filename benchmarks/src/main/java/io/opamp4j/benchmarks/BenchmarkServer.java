package io.opamp4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.transport.HttpListener;
import io.opamp4j.server.transport.TransportSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/**
 * The server under measurement: the real listener, and an inbox that answers each message at once
 * with its uid. Prints its port; for every line on standard input it prints CPU time in
 * nanoseconds, heap in bytes, the latter after a collection if the line is {@code heap}, and how
 * many connections have been closed.
 */
public final class BenchmarkServer {
  private BenchmarkServer() {}

  public static void main(String[] arguments) throws IOException {
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0), defaults.agents(), defaults.storage());
    Echo inbox = new Echo();
    ResourceConfig rest =
        new ResourceConfig().property(ServerProperties.WADL_FEATURE_DISABLE, true);
    HttpListener listener = new HttpListener(config, TransportSettings.DEFAULT, inbox, rest);
    listener.start();
    PrintStream out = System.out;
    out.println(listener.port());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("heap")) {
        System.gc();
      }
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      out.println(system.getProcessCpuTime() + " " + heap + " " + inbox.closed.sum());
    }
    listener.stop(Duration.ZERO);
  }

  private static final class Echo implements AgentInbox {
    private final LongAdder closed = new LongAdder();

    @Override
    public void received(Connection connection, AgentToServer message) {
      connection.send(ServerToAgent.newBuilder().setInstanceUid(message.getInstanceUid()).build());
    }

    @Override
    public void pong(Connection connection) {}

    @Override
    public void closed(Connection connection, String reason) {
      closed.increment();
    }
  }
}
