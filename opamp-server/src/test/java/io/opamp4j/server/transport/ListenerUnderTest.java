package io.opamp4j.server.transport;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.MemoryBudget;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.glassfish.jersey.server.ResourceConfig;

/** A listener on a free port of the loopback address, with a fake inbox and small limits. */
public final class ListenerUnderTest implements AutoCloseable {
  public static final int RECEIVE_LIMIT = 100_000;
  public static final int SEND_LIMIT = 50_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeInbox inbox = new FakeInbox();
  private final MemoryBudget memory = new MemoryBudget(10 * RECEIVE_LIMIT);
  private final HttpListener listener;

  private ListenerUnderTest(TransportSettings settings, int sendLimit, Application rest)
      throws IOException {
    ServerConfig.Agents agents =
        ServerConfig.Agents.DEFAULT.with(
            new ServerConfig.Limits(RECEIVE_LIMIT, sendLimit, 10 * RECEIVE_LIMIT));
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, LONG),
            agents,
            new ServerConfig.Storage("memory", Map.of()));
    listener = new HttpListener(config, settings, inbox, memory, rest);
    listener.start();
  }

  public static ListenerUnderTest start() throws IOException {
    return start(new ResourceConfig());
  }

  public static ListenerUnderTest start(Application rest) throws IOException {
    return new ListenerUnderTest(TransportSettings.DEFAULT, SEND_LIMIT, rest);
  }

  public static ListenerUnderTest start(TransportSettings settings, int sendLimit)
      throws IOException {
    return new ListenerUnderTest(settings, sendLimit, new ResourceConfig());
  }

  /** The default settings, but every time to wait is this one. */
  public static TransportSettings impatient(Duration time) {
    return new TransportSettings(
        time, time, time, time, time, time, Duration.ofMillis(20), 2, 1, 2, 16);
  }

  public FakeInbox inbox() {
    return inbox;
  }

  public MemoryBudget memory() {
    return memory;
  }

  public int port() {
    return listener.port();
  }

  public HttpListener listener() {
    return listener;
  }

  @Override
  public void close() {
    listener.stop(Duration.ofMillis(500));
    inbox.close();
  }
}
