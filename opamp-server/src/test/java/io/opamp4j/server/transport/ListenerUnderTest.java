package io.opamp4j.server.transport;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.transport.http.EventStreams;
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
  private final EventJournal journal = new EventJournal(time);
  private final EventStreams events;
  private final HttpListener listener;

  private ListenerUnderTest(
      TransportSettings settings,
      ServerConfig.Agents agents,
      Application rest,
      ServerConfig.Admission admission)
      throws IOException {
    this(settings, agents, rest, admission, EventStreams.MOST, EventStreams.HEARTBEAT);
  }

  private ListenerUnderTest(
      TransportSettings settings,
      ServerConfig.Agents agents,
      Application rest,
      ServerConfig.Admission admission,
      int readers,
      Duration heartbeat)
      throws IOException {
    events = new EventStreams(journal, new FakeLiveEvents(), readers, heartbeat);
    memory = new MemoryBudget(agents.limits().buffered());
    gate = new AdmissionGate(admission, memory, time, new Random(1));
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, LONG),
            agents,
            new ServerConfig.Storage("memory", Map.of()));
    listener = new HttpListener(config, settings, inbox, memory, gate, rest, events);
    listener.start();
  }

  public static ListenerUnderTest start() throws IOException {
    return start(new ResourceConfig());
  }

  public static ListenerUnderTest start(Application rest) throws IOException {
    return new ListenerUnderTest(TransportSettings.DEFAULT, agents(SEND_LIMIT), rest, WIDE);
  }

  /**
   * @param readers how many may read events at once
   */
  public static ListenerUnderTest start(int readers, Duration heartbeat) throws IOException {
    return new ListenerUnderTest(
        TransportSettings.DEFAULT,
        agents(SEND_LIMIT),
        new ResourceConfig(),
        WIDE,
        readers,
        heartbeat);
  }

  public static ListenerUnderTest start(ServerConfig.Dialect dialect) throws IOException {
    return start(agents(SEND_LIMIT).with(dialect));
  }

  public static ListenerUnderTest start(ServerConfig.Limits limits) throws IOException {
    return start(ServerConfig.Agents.DEFAULT.with(limits));
  }

  /** One event loop: what one connection caused is over before the next is looked at. */
  public static ListenerUnderTest start(ServerConfig.Admission admission, int buffered)
      throws IOException {
    ServerConfig.Limits limits = new ServerConfig.Limits(RECEIVE_LIMIT, SEND_LIMIT, buffered);
    TransportSettings settings =
        new TransportSettings(LONG, LONG, LONG, LONG, LONG, LONG, LONG, 1, 2, 4, 64);
    return new ListenerUnderTest(
        settings, ServerConfig.Agents.DEFAULT.with(limits), new ResourceConfig(), admission);
  }

  public static ListenerUnderTest start(TransportSettings settings, int sendLimit)
      throws IOException {
    return new ListenerUnderTest(settings, agents(sendLimit), new ResourceConfig(), WIDE);
  }

  private static ListenerUnderTest start(ServerConfig.Agents agents) throws IOException {
    return new ListenerUnderTest(TransportSettings.DEFAULT, agents, new ResourceConfig(), WIDE);
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

  /** Where the live events come from. */
  public EventJournal journal() {
    return journal;
  }

  public EventStreams events() {
    return events;
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
