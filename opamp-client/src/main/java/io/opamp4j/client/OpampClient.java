package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.client.transport.DaemonThreads;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientPhase;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.timing.TimeSource;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.PackageStatuses;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

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
  private final Handlers handlers;
  private final Callbacks callbacks;
  private final Dispatch dispatch;
  private final ClientLoop loop;
  private final CustomMessaging messaging;
  private final Transport transport;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();

  /**
   * @param clock must not run backwards
   */
  OpampClient(
      Past past,
      AgentReport report,
      Handlers handlers,
      ClientMachine machine,
      Transport transport,
      TimeSource clock,
      int sendLimit) {
    this.report = report;
    this.handlers = handlers;
    this.transport = transport;
    this.callbacks = new Callbacks("opamp-client-callbacks");
    this.dispatch =
        new Dispatch(
            handlers,
            callbacks,
            past,
            handlers.remoteConfig().map(handler -> new RemoteConfigs(handler, callbacks, report)));
    ClientState initial = machine.initial(past.memory(), report.current());
    this.loop =
        new ClientLoop(
            machine,
            initial,
            transport,
            clock,
            dispatch,
            sendLimit,
            new DaemonThreads("opamp-client"));
    this.messaging = new CustomMessaging(loop, callbacks, report, clock, sendLimit);
    dispatch.attach(loop, messaging);
    report.publishTo(loop::report);
  }

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
    dispatch.beforeStart();
    handlers.ready().ifPresent(own -> own.start(loop, report, callbacks, handlers.listener));
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

  /** Who the agent is now; {@link Descriptions} helps to write it. */
  public void setDescription(AgentDescription description) {
    requireNonNull(description, "description");
    report.change(now -> now.setAgentDescription(description));
  }

  /**
   * How the agent and its parts are now; {@link Healths} helps to write it.
   *
   * @throws IllegalArgumentException if the tree is deeper than a message may be (HEALTH-05)
   */
  public void setHealth(ComponentHealth health) {
    ComponentHealth checked = Healths.checked(health);
    report.change(now -> now.setHealth(checked));
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

  /**
   * The packages here now, and those in progress: all of them, each under its own name (PKG-21).
   *
   * @throws IllegalArgumentException if a package stands under another name than its own (PKG-23)
   * @throws IllegalStateException if the client installs packages itself, and so tells of them
   */
  public void setPackageStatuses(PackageStatuses statuses) {
    requireNonNull(statuses, "statuses");
    if (handlers.ready().isPresent()) {
      throw new IllegalStateException("the client itself installs packages and tells of them");
    }
    statuses
        .getPackagesMap()
        .forEach(
            (key, status) -> {
              if (!key.equals(status.getName())) {
                throw new IllegalArgumentException(
                    "the package '" + status.getName() + "' stands under the name '" + key + "'");
              }
            });
    report.change(now -> now.setPackageStatuses(statuses));
  }

  /**
   * The custom capabilities the agent has now (CUSTOM-01).
   *
   * @throws IllegalArgumentException if one is not like {@code com.example.backup/v2} (CUSTOM-05)
   */
  public void setCustomCapabilities(List<String> names) {
    CustomCapabilities capabilities = AgentReport.custom(names);
    report.change(now -> now.setCustomCapabilities(capabilities));
  }

  /** The custom capabilities of the server; empty until it announces some (CUSTOM-04). */
  public Set<String> serverCustomCapabilities() {
    return loop.state().serverCustomCapabilities();
  }

  /**
   * Sends a custom message, after those given before. If the connection is lost, it waits for the
   * next one; if it is lost before the server said anything, the message is sent again, so that the
   * server may get it twice.
   *
   * @throws IllegalStateException if the server has not announced the capability (CUSTOM-09), or
   *     too many messages wait already
   * @throws IllegalArgumentException if the message is over the send limit
   */
  public void send(CustomMessage message) {
    messaging.send(requireNonNull(message, "message"));
  }

  /**
   * Sends a custom message and waits for its reply. The protocol has no number that would tell
   * which message is a reply to which, so that the application says it; of several requests that
   * would take a message, the oldest does, and the listener does not hear of it.
   *
   * @param isReply whether a message that came in is the reply; called on the thread described in
   *     {@link ClientListener}
   * @param timeout from now on
   * @return completed on that thread: with the reply; or with a TimeoutException; or with a
   *     CancellationException if the client stops first
   * @throws IllegalStateException as with {@link #send}; also if this agent has not announced the
   *     capability, since a reply would be ignored, or too many requests wait already
   * @throws IllegalArgumentException as with {@link #send}
   */
  public CompletableFuture<CustomMessage> request(
      CustomMessage message, Predicate<CustomMessage> isReply, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be positive: " + timeout);
    }
    return messaging.request(
        requireNonNull(message, "message"), requireNonNull(isReply, "isReply"), timeout);
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
        handlers.ready().ifPresent(ReadyPackages::close);
      }
      return true;
    }
    loop.stop();
    long end = System.nanoTime() + timeout.toNanos();
    boolean over = loop.awaitStopped(timeout);
    Duration rest = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    return over && (handlers.ready().isEmpty() || handlers.ready().get().awaitClosed(rest));
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
}
