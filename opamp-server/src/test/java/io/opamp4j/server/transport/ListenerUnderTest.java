package io.opamp4j.server.transport;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.testkit.ManualTime;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.glassfish.jersey.server.ResourceConfig;

/** A listener on a free port of the loopback address, with a fake inbox and small limits. */
public final class ListenerUnderTest implements AutoCloseable {
  public static final int RECEIVE_LIMIT = 100_000;
  public static final int SEND_LIMIT = 50_000;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final ServerConfig.Admission WIDE =
      new ServerConfig.Admission(100_000, 100_000, LONG);

  private final FakeInbox inbox = new FakeInbox();
  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory;
  private final AdmissionGate gate;
  private final HttpListener listener;

  private ListenerUnderTest(
      TransportSettings settings,
      int sendLimit,
      Application rest,
      ServerConfig.Admission admission,
      int buffered)
      throws IOException {
    ServerConfig.Agents agents =
        ServerConfig.Agents.DEFAULT.with(
            new ServerConfig.Limits(RECEIVE_LIMIT, sendLimit, buffered));
    memory = new MemoryBudget(buffered);
    gate = new AdmissionGate(admission, memory, time, new Random(1));
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, LONG),
            agents,
            new ServerConfig.Storage("memory", Map.of()));
    listener = new HttpListener(config, settings, inbox, memory, gate, rest);
    listener.start();
  }

  public static ListenerUnderTest start() throws IOException {
    return start(new ResourceConfig());
  }

  public static ListenerUnderTest start(Application rest) throws IOException {
    return new ListenerUnderTest(
        TransportSettings.DEFAULT, SEND_LIMIT, rest, WIDE, 10 * RECEIVE_LIMIT);
  }

  public static ListenerUnderTest start(TransportSettings settings, int sendLimit)
      throws IOException {
    return new ListenerUnderTest(
        settings, sendLimit, new ResourceConfig(), WIDE, 10 * RECEIVE_LIMIT);
  }

  /** One event loop: what one connection caused is over before the next is looked at. */
  public static ListenerUnderTest start(ServerConfig.Admission admission, int buffered)
      throws IOException {
    TransportSettings settings =
        new TransportSettings(LONG, LONG, LONG, LONG, LONG, LONG, LONG, 1, 2, 4, 64);
    return new ListenerUnderTest(settings, SEND_LIMIT, new ResourceConfig(), admission, buffered);
  }

  /** The default settings, but every time to wait is this one. */
  public static TransportSettings impatient(Duration time) {
    return new TransportSettings(
        time, time, time, time, time, time, Duration.ofMillis(20), 2, 1, 2, 16);
  }

  public FakeInbox inbox() {
    return inbox;
  }

  /** The time of admission; it stands still unless a test moves it. */
  public ManualTime time() {
    return time;
  }

  public AdmissionGate gate() {
    return gate;
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
