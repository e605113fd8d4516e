package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.packages.Packages;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.client.transport.Transports;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.core.timing.TimeSource;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Sets up an {@link OpampClient}. The capabilities told to the server follow from what is set here
 * and later: who sets health reports health, who gives a remote config handler accepts
 * configurations. A value that cannot work is refused where it is given. Not for use by several
 * threads.
 */
public final class ClientBuilder {
  private static final Set<AgentCapabilities> PARTS =
      Set.of(
          AgentCapabilities.AgentCapabilities_ReportsOwnTraces,
          AgentCapabilities.AgentCapabilities_ReportsOwnMetrics,
          AgentCapabilities.AgentCapabilities_ReportsOwnLogs,
          AgentCapabilities.AgentCapabilities_AcceptsOtherConnectionSettings);

  private final Connecting connecting;
  private final Assembly assembly;

  ClientBuilder(URI endpoint) {
    connecting = new Connecting(endpoint);
    assembly = new Assembly(connecting);
  }

  /**
   * The id of this agent. Without one a UUID version 7 is made, a new one for each client (UID-01,
   * UID-04). One that is in the {@link #store} already counts before this one.
   */
  public ClientBuilder instanceUid(InstanceUid instanceUid) {
    assembly.uid = Optional.of(instanceUid);
    return this;
  }

  /** Has the server make the id (UID-05); the one set or made here is used until it does. */
  public ClientBuilder serverMakesInstanceUid() {
    assembly.serverMakesUid = true;
    return this;
  }

  /**
   * Where to keep what has to outlive the process; read by {@link #build}. Without one a restarted
   * client begins anew: with another id, without configuration and without settings.
   */
  public ClientBuilder store(ClientStore clientStore) {
    assembly.store = Optional.of(clientStore);
    return this;
  }

  /** Who the agent is; {@link Descriptions} helps to write it. */
  public ClientBuilder description(AgentDescription description) {
    assembly.report.setAgentDescription(description);
    return this;
  }

  /** How the agent is at the start; {@link Healths} helps to write it. */
  public ClientBuilder health(ComponentHealth health) {
    assembly.report.setHealth(Healths.checked(health));
    return this;
  }

  /** The configuration in use at the start. */
  public ClientBuilder effectiveConfig(EffectiveConfig effectiveConfig) {
    assembly.report.setEffectiveConfig(effectiveConfig);
    return this;
  }

  /** What the agent is made of. A missing hash is made from the content. */
  public ClientBuilder availableComponents(AvailableComponents components) {
    assembly.report.setAvailableComponents(AgentReport.hashed(components));
    return this;
  }

  /**
   * The custom capabilities of the agent.
   *
   * @throws IllegalArgumentException if one is not like {@code com.example.backup/v2} (CUSTOM-05)
   */
  public ClientBuilder customCapabilities(List<String> names) {
    assembly.report.setCustomCapabilities(AgentReport.custom(names));
    return this;
  }

  /**
   * Accepts configurations from the server. Without a handler the client does not (SEC-06). With a
   * {@link #store}, the last good one is given to it again after a restart, before the server is
   * heard.
   */
  public ClientBuilder remoteConfig(RemoteConfigHandler handler) {
    assembly.handlers.remoteConfig = requireNonNull(handler, "handler");
    return this;
  }

  /** Accepts packages from the server, downloads and installs them. */
  public ClientBuilder packages(Packages packages) {
    assembly.packages = Optional.of(packages);
    return this;
  }

  /** Accepts packages from the server and leaves everything about them to the application. */
  public ClientBuilder packages(PackagesHandler handler) {
    assembly.handlers.packages = requireNonNull(handler, "handler");
    assembly.packages = Optional.empty();
    return this;
  }

  /** What to do when the server asks for a restart; without this the client cannot be asked. */
  public ClientBuilder onRestart(Runnable restart) {
    assembly.handlers.restart = requireNonNull(restart, "restart");
    return this;
  }

  /**
   * Lets the server replace endpoint, headers, TLS and proxy settings. They are verified by
   * connecting with them, and the old ones are used again if that fails. Without a {@link #store}
   * they last as long as the process, and certificates are refused (CONN-19).
   */
  public ClientBuilder acceptOpampSettings() {
    assembly.handlers.opampSettings = true;
    return this;
  }

  /**
   * Asks the server for a client certificate, and again before it expires. The key is made here and
   * kept in the {@link #store}, which this needs as much as {@link #acceptOpampSettings}.
   */
  public ClientBuilder requestCertificate() {
    assembly.requestsCertificate = true;
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
    assembly.handlers.settings = requireNonNull(handler, "handler");
    assembly.handlers.settingsParts = Capabilities.of(parts.toArray(AgentCapabilities[]::new));
    return this;
  }

  /** Who hears what happens. */
  public ClientBuilder listener(ClientListener clientListener) {
    assembly.handlers.listener = requireNonNull(clientListener, "listener");
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
    assembly.heartbeat = new Heartbeat(interval);
    assembly.settings(Duplex.FULL);
    return this;
  }

  /** How long connecting and each answer may take; 30 s by default. */
  public ClientBuilder answerTimeout(Duration timeout) {
    connecting.answerTimeout = timeout;
    assembly.settings(Duplex.FULL);
    return this;
  }

  /** The waits between attempts; by default from 0.5 s to 60 s (E-34). */
  public ClientBuilder backoff(Backoff waits) {
    assembly.backoff = requireNonNull(waits, "backoff");
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
    assembly.settings(Duplex.FULL);
    return this;
  }

  /** Whether HTTP request bodies above 1 KiB are compressed; they are by default (HTTP-11). */
  public ClientBuilder gzip(boolean compress) {
    connecting.gzip = compress;
    return this;
  }

  /**
   * For tests: a time moved by hand, by which the client heartbeats, waits and gives up. How long
   * the network may take to connect, or to answer a request over HTTP, is measured in real time all
   * the same.
   *
   * @param time must not run backwards
   */
  public ClientBuilder time(TimeSource time) {
    assembly.clock = requireNonNull(time, "time");
    return this;
  }

  /**
   * The client, not started yet.
   *
   * @throws IllegalArgumentException if the settings contradict each other
   */
  public OpampClient build() {
    return assembly.build(new Transports(connecting.settings()));
  }

  /** For tests: a client on another transport. */
  OpampClient build(Transport transport) {
    return assembly.build(transport);
  }
}
