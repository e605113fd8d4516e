package io.opamp4j.benchmarks;

import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.transport.HttpListener;
import io.opamp4j.server.transport.TransportSettings;
import io.opamp4j.server.transport.http.EventStreams;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/**
 * The server under measurement: the real listener, and an inbox that answers each message at once
 * with its uid. Speaks with its parent as {@link Usage#report} says.
 */
public final class BenchmarkServer {
  private BenchmarkServer() {}

  public static void main(String[] arguments) throws IOException {
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, defaults.server().drainTimeout()),
            // The rate of connections is what is measured.
            defaults
                .agents()
                .with(new ServerConfig.Admission(100_000, 100_000, Duration.ofSeconds(30))),
            defaults.storage());
    Echo inbox = new Echo();
    ResourceConfig rest =
        new ResourceConfig().property(ServerProperties.WADL_FEATURE_DISABLE, true);
    MemoryBudget memory = new MemoryBudget(config.agents().limits().buffered());
    AdmissionGate gate =
        new AdmissionGate(
            config.agents().admission(), memory, InstantSource.system(), new Random());
    HttpListener listener =
        new HttpListener(config, TransportSettings.DEFAULT, inbox, memory, gate, rest, noEvents());
    listener.start();
    Usage.report(listener.port(), inbox.closed::sum);
    listener.stop(Duration.ZERO);
  }

  /** Nobody reads events here. */
  private static EventStreams noEvents() {
    LiveEvents format =
        new LiveEvents() {
          @Override
          public Wish read(Map<String, List<String>> parameters, Optional<String> lastEventId) {
            return new Wish(event -> false, OptionalLong.empty(), Optional.empty());
          }

          @Override
          public String kind(AgentEvent event) {
            return "";
          }

          @Override
          public String json(EventJournal.Entry entry) {
            return "{}";
          }
        };
    return new EventStreams(new EventJournal(InstantSource.system()), format);
  }

  private static final class Echo implements AgentInbox {
    private final LongAdder closed = new LongAdder();

    @Override
    public void received(Connection connection, AgentToServer message) {
      connection.send(ServerToAgent.newBuilder().setInstanceUid(message.getInstanceUid()).build());
    }

    @Override
    public void opened(Connection connection) {}

    @Override
    public void malformed(Connection connection, String why) {}

    @Override
    public void pong(Connection connection) {}

    @Override
    public void closed(Connection connection, String reason) {
      closed.increment();
    }
  }
}
