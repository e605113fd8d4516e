package io.opamp4j.server.transport;

import io.opamp4j.server.ServerConfig;
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
  private final HttpListener listener;

  private ListenerUnderTest(
      TransportSettings settings, ServerConfig.Agents agents, Application rest) throws IOException {
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, LONG),
            agents,
            new ServerConfig.Storage("memory", Map.of()));
    listener = new HttpListener(config, settings, inbox, rest);
    listener.start();
  }

  public static ListenerUnderTest start() throws IOException {
    return start(new ResourceConfig());
  }

  public static ListenerUnderTest start(Application rest) throws IOException {
    return new ListenerUnderTest(TransportSettings.DEFAULT, agents(SEND_LIMIT), rest);
  }

  public static ListenerUnderTest start(ServerConfig.Dialect dialect) throws IOException {
    return new ListenerUnderTest(
        TransportSettings.DEFAULT, agents(SEND_LIMIT).with(dialect), new ResourceConfig());
  }

  public static ListenerUnderTest start(ServerConfig.Limits limits) throws IOException {
    return new ListenerUnderTest(
        TransportSettings.DEFAULT, ServerConfig.Agents.DEFAULT.with(limits), new ResourceConfig());
  }

  public static ListenerUnderTest start(TransportSettings settings, int sendLimit)
      throws IOException {
    return new ListenerUnderTest(settings, agents(sendLimit), new ResourceConfig());
  }

  private static ServerConfig.Agents agents(int sendLimit) {
    return ServerConfig.Agents.DEFAULT.with(
        new ServerConfig.Limits(RECEIVE_LIMIT, sendLimit, 10 * RECEIVE_LIMIT));
  }

  /** The default settings, but every time to wait is this one. */
  public static TransportSettings impatient(Duration time) {
    return new TransportSettings(
        time, time, time, time, time, time, Duration.ofMillis(20), 2, 1, 2, 16);
  }

  public FakeInbox inbox() {
    return inbox;
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
