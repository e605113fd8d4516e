package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.client.transport.DaemonThreads;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientPhase;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.client.Notice;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.EffectiveConfig;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/**
 * Makes an application manageable over OpAMP: keeps one connection to a server, tells it about the
 * agent and passes on what it wants.
 *
 * <pre>{@code
 * OpampClient client =
 *     OpampClient.builder(URI.create("ws://127.0.0.1:4320/v1/opamp"))
 *         .description(description)
 *         .health(health)
 *         .remoteConfig(offer -> component.apply(offer.files())
 *             ? RemoteConfigResult.applied()
 *             : RemoteConfigResult.rejected("unknown exporter"))
 *         .build();
 * client.start();
 * }</pre>
 *
 * <p>All methods may be called from any thread. The setters return at once and may be called at any
 * time: the server is told as soon as there is a connection, and only what changed (COMPRESS-01).
 * Several clients in one JVM do not know of each other.
 */
public final class OpampClient implements AutoCloseable {
  private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(5);

  private final AgentReport report;
  private final Callbacks callbacks;
  private final ClientListener listener;
  private final Optional<RemoteConfigs> remoteConfigs;
  private final ClientLoop loop;
  private final Transport transport;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();

  OpampClient(
      InstanceUid uid,
      AgentReport report,
      Application application,
      ClientSettings settings,
      Transport transport,
      InstantSource clock,
      RandomGenerator random) {
    this.report = report;
    this.listener = application.listener();
    this.transport = transport;
    this.callbacks = new Callbacks("opamp-client-callbacks");
    this.remoteConfigs =
        application.remoteConfig().map(handler -> new RemoteConfigs(handler, callbacks, report));
    ClientMachine machine = new ClientMachine(settings, random);
    ClientState initial = machine.initial(uid, report.current());
    this.loop =
        new ClientLoop(
            machine, initial, transport, clock, this::notice, new DaemonThreads("opamp-client"));
    report.publishTo(loop::report);
  }

  /** What belongs to the application: who listens, and who applies configurations. */
  record Application(ClientListener listener, Optional<RemoteConfigHandler> remoteConfig) {}

  /**
   * A client for this endpoint.
   *
   * @param endpoint {@code ws} or {@code wss} for WebSocket, {@code http} or {@code https} for
   *     polling; without a path, {@code /v1/opamp} is meant
   * @throws IllegalArgumentException if the endpoint is anything else or holds credentials
   */
  public static ClientBuilder builder(URI endpoint) {
    return new ClientBuilder(endpoint);
  }

  /**
   * Begins to connect, and goes on trying until the client is stopped.
   *
   * @throws IllegalStateException if the client was started or stopped before
   */
  public void start() {
    if (stopped.get() || !started.compareAndSet(false, true)) {
      throw new IllegalStateException("a client can be started once, and not after it was stopped");
    }
    loop.start();
  }

  /** The id in use; the server may have replaced the one the client began with. */
  public InstanceUid instanceUid() {
    return loop.state().uid();
  }

  /** Whether the server has answered on the connection at hand. */
  public boolean isConnected() {
    return loop.state().phase() == ClientPhase.CONNECTED;
  }

  /** Who the agent is now. */
  public void setDescription(AgentDescription description) {
    requireNonNull(description, "description");
    report.change(now -> now.setAgentDescription(description));
  }

  /** How the agent and its parts are now. */
  public void setHealth(ComponentHealth health) {
    requireNonNull(health, "health");
    report.change(now -> now.setHealth(health));
  }

  /** The configuration in use now. */
  public void setEffectiveConfig(EffectiveConfig effectiveConfig) {
    requireNonNull(effectiveConfig, "effectiveConfig");
    report.change(now -> now.setEffectiveConfig(effectiveConfig));
  }

  /** What the agent is made of. A missing hash is made from the content. */
  public void setAvailableComponents(AvailableComponents components) {
    AvailableComponents hashed = AgentReport.hashed(requireNonNull(components, "components"));
    report.change(now -> now.setAvailableComponents(hashed));
  }

  /** The custom capabilities the agent has now (CUSTOM-01). */
  public void setCustomCapabilities(List<String> names) {
    List<String> copy = List.copyOf(names);
    report.change(
        now -> now.setCustomCapabilities(CustomCapabilities.newBuilder().addAllCapabilities(copy)));
  }

  /**
   * Says goodbye to the server, closes the connection and ends the client's threads. May be called
   * more than once, and from a callback.
   *
   * @param timeout how long to wait; the goodbye goes on in the background if it takes longer
   * @return whether the client stopped within that time
   * @throws InterruptedException if interrupted while waiting
   */
  public boolean stop(Duration timeout) throws InterruptedException {
    requireNonNull(timeout, "timeout");
    boolean first = stopped.compareAndSet(false, true);
    if (!started.get()) {
      if (first) {
        transport.close();
        callbacks.close();
      }
      return true;
    }
    loop.stop();
    return loop.awaitStopped(timeout);
  }

  /** {@link #stop} with the time a goodbye may take; an interrupt is kept for the caller. */
  @Override
  public void close() {
    try {
      stop(TIME_TO_CLOSE.plusSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hands a fact over to the application's thread. Called on the loop's thread. */
  private void notice(Notice notice) {
    if (notice instanceof Notice.RemoteConfigOffered offered) {
      remoteConfigs.ifPresent(configs -> configs.offered(offered.offer()));
      return;
    }
    callbacks.run(notice.getClass().getSimpleName(), () -> tell(notice));
    if (notice instanceof Notice.Stopped) {
      callbacks.close();
    }
  }

  /** The other notices need capabilities that this client does not have. */
  private void tell(Notice notice) {
    if (notice instanceof Notice.Connected) {
      listener.onConnected();
    } else if (notice instanceof Notice.ConnectFailed failed) {
      listener.onConnectFailed(failed.loss(), failed.retryIn());
    } else if (notice instanceof Notice.Disconnected disconnected) {
      listener.onDisconnected(disconnected.loss(), disconnected.retryIn());
    } else if (notice instanceof Notice.ErrorReceived received) {
      listener.onServerError(received.error());
    } else if (notice instanceof Notice.UidAssigned assigned) {
      listener.onNewInstanceUid(assigned.uid());
    } else if (notice instanceof Notice.SectionWithheld withheld) {
      listener.onSectionTooLarge(withheld.section(), withheld.bytes());
    } else if (notice instanceof Notice.MalformedReceived malformed) {
      listener.onMalformedMessage(malformed.reason());
    } else if (notice instanceof Notice.CustomMessageReceived custom) {
      listener.onCustomMessage(custom.message());
    } else if (notice instanceof Notice.Stopped) {
      listener.onStopped();
    }
  }
}
