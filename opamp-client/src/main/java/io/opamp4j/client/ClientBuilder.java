package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.transport.Transport;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.client.transport.Transports;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.client.SettingsPolicy;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/**
 * Sets up an {@link OpampClient}. The capabilities told to the server follow from what is set here
 * and later: who sets health reports health, who gives a remote config handler accepts
 * configurations. A value that cannot work is refused where it is given. Not for use by several
 * threads.
 */
public final class ClientBuilder {
  private static final Duration STABLE_AFTER = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Set<AgentCapabilities> PARTS =
      Set.of(
          AgentCapabilities.AgentCapabilities_ReportsOwnTraces,
          AgentCapabilities.AgentCapabilities_ReportsOwnMetrics,
          AgentCapabilities.AgentCapabilities_ReportsOwnLogs,
          AgentCapabilities.AgentCapabilities_AcceptsOtherConnectionSettings);

  private final AgentToServer.Builder report = AgentToServer.newBuilder();
  private final Handlers handlers = new Handlers();
  private final Connecting connecting;
  private Optional<InstanceUid> uid = Optional.empty();
  private boolean serverMakesUid;
  private Optional<ClientStore> store = Optional.empty();
  private boolean requestsCertificate;
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Backoff backoff = Backoff.DEFAULT;
  private InstantSource clock = new SteadyClock();
  private RandomGenerator random = new SecureRandom();

  ClientBuilder(URI endpoint) {
    connecting = new Connecting(endpoint);
  }

  /**
   * The id of this agent. Without one a UUID version 7 is made, a new one for each client (UID-01,
   * UID-04). One that is in the {@link #store} already counts before this one.
   */
  public ClientBuilder instanceUid(InstanceUid instanceUid) {
    uid = Optional.of(instanceUid);
    return this;
  }

  /** Has the server make the id (UID-05); the one set or made here is used until it does. */
  public ClientBuilder serverMakesInstanceUid() {
    serverMakesUid = true;
    return this;
  }

  /**
   * Where to keep what has to outlive the process; read by {@link #build}. Without one a restarted
   * client begins anew: with another id, without configuration and without settings.
   */
  public ClientBuilder store(ClientStore clientStore) {
    store = Optional.of(clientStore);
    return this;
  }

  /** Who the agent is; {@link Descriptions} helps to write it. */
  public ClientBuilder description(AgentDescription description) {
    report.setAgentDescription(description);
    return this;
  }

  /** How the agent is at the start; {@link Healths} helps to write it. */
  public ClientBuilder health(ComponentHealth health) {
    report.setHealth(Healths.checked(health));
    return this;
  }

  /** The configuration in use at the start. */
  public ClientBuilder effectiveConfig(EffectiveConfig effectiveConfig) {
    report.setEffectiveConfig(effectiveConfig);
    return this;
  }

  /** What the agent is made of. A missing hash is made from the content. */
  public ClientBuilder availableComponents(AvailableComponents components) {
    report.setAvailableComponents(AgentReport.hashed(components));
    return this;
  }

  /**
   * The custom capabilities of the agent.
   *
   * @throws IllegalArgumentException if one is not like {@code com.example.backup/v2} (CUSTOM-05)
   */
  public ClientBuilder customCapabilities(List<String> names) {
    report.setCustomCapabilities(AgentReport.custom(names));
    return this;
  }

  /**
   * Accepts configurations from the server. Without a handler the client does not (SEC-06). With a
   * {@link #store}, the last good one is given to it again after a restart, before the server is
   * heard.
   */
  public ClientBuilder remoteConfig(RemoteConfigHandler handler) {
    handlers.remoteConfig = requireNonNull(handler, "handler");
    return this;
  }

  /** Accepts packages from the server. */
  public ClientBuilder packages(PackagesHandler handler) {
    handlers.packages = requireNonNull(handler, "handler");
    return this;
  }

  /** What to do when the server asks for a restart; without this the client cannot be asked. */
  public ClientBuilder onRestart(Runnable restart) {
    handlers.restart = requireNonNull(restart, "restart");
    return this;
  }

  /**
   * Lets the server replace endpoint, headers, TLS and proxy settings. They are verified by
   * connecting with them, and the old ones are used again if that fails. Without a {@link #store}
   * they last as long as the process, and certificates are refused (CONN-19).
   */
  public ClientBuilder acceptOpampSettings() {
    handlers.opampSettings = true;
    return this;
  }

  /**
   * Asks the server for a client certificate, and again before it expires. The key is made here and
   * kept in the {@link #store}, which this needs as much as {@link #acceptOpampSettings}.
   */
  public ClientBuilder requestCertificate() {
    requestsCertificate = true;
    return this;
  }

  /**
   * Accepts settings for own telemetry or other destinations.
   *
   * @param parts which: ReportsOwnTraces, ReportsOwnMetrics, ReportsOwnLogs,
   *     AcceptsOtherConnectionSettings
   */
  public ClientBuilder otherSettings(
      Set<AgentCapabilities> parts, ConnectionSettingsHandler handler) {
    for (AgentCapabilities part : parts) {
      if (!PARTS.contains(part)) {
        throw new IllegalArgumentException("not a kind of other connection settings: " + part);
      }
    }
    handlers.settings = requireNonNull(handler, "handler");
    handlers.settingsParts = Capabilities.of(parts.toArray(AgentCapabilities[]::new));
    return this;
  }

  /** Who hears what happens. */
  public ClientBuilder listener(ClientListener clientListener) {
    handlers.listener = requireNonNull(clientListener, "listener");
    return this;
  }

  /**
   * Headers for each WebSocket handshake and each HTTP request, such as Authorization. The supplier
   * is called each time, so that tokens can rotate, on a thread where it may block; they are never
   * logged.
   */
  public ClientBuilder headers(Supplier<Map<String, String>> supplier) {
    connecting.headers = requireNonNull(supplier, "headers");
    return this;
  }

  /** What {@code wss} and {@code https} trust and present; by default as the platform does. */
  public ClientBuilder tls(Tls tls) {
    connecting.tls = requireNonNull(tls, "tls");
    connecting.settings();
    return this;
  }

  /**
   * Does the same in the application's own way, and counts before {@link #tls}. It serves until the
   * server lays down TLS settings or a certificate.
   */
  public ClientBuilder sslContext(SSLContext context) {
    connecting.sslContext = Optional.of(context);
    return this;
  }

  /**
   * Connects through an HTTP proxy.
   *
   * @param address {@code http://host:port}; TLS to the proxy itself is not possible
   * @param connectHeaders for the proxy. Over HTTP only {@code Proxy-...} headers are possible, and
   *     the JDK sends Basic credentials for an {@code https} endpoint only if the system property
   *     {@code jdk.http.auth.tunneling.disabledSchemes} allows it
   */
  public ClientBuilder proxy(URI address, Map<String, String> connectHeaders) {
    connecting.proxy(address, connectHeaders);
    connecting.settings();
    return this;
  }

  /**
   * Between heartbeats, or polls over HTTP; 30 s by default. The server may offer another. Zero
   * turns heartbeats off, which polling cannot do without.
   */
  public ClientBuilder heartbeatInterval(Duration interval) {
    heartbeat = new Heartbeat(interval);
    settings(Duplex.FULL);
    return this;
  }

  /** How long connecting and each answer may take; 30 s by default. */
  public ClientBuilder answerTimeout(Duration timeout) {
    connecting.answerTimeout = timeout;
    settings(Duplex.FULL);
    return this;
  }

  /** The waits between attempts; by default from 0.5 s to 60 s (E-34). */
  public ClientBuilder backoff(Backoff waits) {
    backoff = requireNonNull(waits, "backoff");
    return this;
  }

  /**
   * The largest message accepted, in bytes, also after decompression; 64 MiB by default (LIM-02,
   * LIM-03).
   */
  public ClientBuilder receiveLimit(int bytes) {
    connecting.receiveLimit = bytes;
    connecting.settings();
    return this;
  }

  /** The largest message sent, in bytes, before compression; 64 MiB by default (LIM-02, LIM-03). */
  public ClientBuilder sendLimit(int bytes) {
    connecting.sendLimit = bytes;
    settings(Duplex.FULL);
    return this;
  }

  /** Whether HTTP request bodies above 1 KiB are compressed; they are by default (HTTP-11). */
  public ClientBuilder gzip(boolean compress) {
    connecting.gzip = compress;
    return this;
  }

  /** For tests: the time, and the chance in the waits. */
  ClientBuilder timeAndChance(InstantSource testClock, RandomGenerator testRandom) {
    clock = testClock;
    random = testRandom;
    return this;
  }

  /**
   * The client, not started yet.
   *
   * @throws IllegalArgumentException if the settings contradict each other
   */
  public OpampClient build() {
    return build(new Transports(connecting.settings()));
  }

  /** For tests: a client on another transport. */
  OpampClient build(Transport transport) {
    TransportSettings base = connecting.settings();
    if (requestsCertificate && (store.isEmpty() || !handlers.opampSettings)) {
      throw new IllegalArgumentException(
          "requestCertificate() needs a store() and acceptOpampSettings()");
    }
    SettingsPolicy policy =
        new SettingsPolicy(store.isPresent(), requestsCertificate, base::objection);
    ClientSettings settings = settings(base.duplex());
    Past past =
        Past.of(
            store,
            () -> uid.orElseGet(() -> InstanceUid.generate(clock.instant(), random)),
            serverMakesUid);
    AgentToServer start = past.report(report.build(), handlers.remoteConfig().isPresent());
    return new OpampClient(
        past,
        new AgentReport(start, capabilities()),
        handlers.copy(),
        new ClientMachine(settings, policy, random),
        transport,
        clock,
        connecting.sendLimit);
  }

  private long capabilities() {
    long heartbeats =
        heartbeat.enabled()
            ? Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsHeartbeat)
            : 0;
    return handlers.capabilities() | heartbeats;
  }

  private ClientSettings settings(Duplex duplex) {
    return new ClientSettings(
        duplex,
        heartbeat,
        connecting.answerTimeout,
        STABLE_AFTER,
        CLOSE_TIMEOUT,
        backoff,
        connecting.sendLimit);
  }
}
