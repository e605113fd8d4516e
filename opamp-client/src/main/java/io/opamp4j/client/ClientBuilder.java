package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.transport.Transport;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.EffectiveConfig;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final AgentToServer.Builder report = AgentToServer.newBuilder();
  private final URI endpoint;
  private Optional<InstanceUid> uid = Optional.empty();
  private ClientListener listener = new ClientListener() {};
  private Optional<RemoteConfigHandler> remoteConfig = Optional.empty();
  private Supplier<Map<String, String>> headers = Map::of;
  private Optional<SSLContext> sslContext = Optional.empty();
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Duration answerTimeout = Duration.ofSeconds(30);
  private Backoff backoff = Backoff.DEFAULT;
  private int receiveLimit = Messages.DEFAULT_LIMIT;
  private int sendLimit = Messages.DEFAULT_LIMIT;
  private boolean gzip = true;
  private InstantSource clock = new SteadyClock();
  private RandomGenerator random = new SecureRandom();

  ClientBuilder(URI endpoint) {
    this.endpoint = requireNonNull(endpoint, "endpoint");
    transportSettings();
  }

  /**
   * The id of this agent. Without one a UUID version 7 is made, a new one for each client (UID-01,
   * UID-04).
   */
  public ClientBuilder instanceUid(InstanceUid instanceUid) {
    uid = Optional.of(instanceUid);
    return this;
  }

  /** Who the agent is. */
  public ClientBuilder description(AgentDescription description) {
    report.setAgentDescription(description);
    return this;
  }

  /** How the agent is at the start. */
  public ClientBuilder health(ComponentHealth health) {
    report.setHealth(health);
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

  /** The custom capabilities of the agent: reverse-FQDN names (CUSTOM-05). */
  public ClientBuilder customCapabilities(List<String> names) {
    report.setCustomCapabilities(CustomCapabilities.newBuilder().addAllCapabilities(names));
    return this;
  }

  /** Accepts configurations from the server. Without a handler the client does not (SEC-06). */
  public ClientBuilder remoteConfig(RemoteConfigHandler handler) {
    remoteConfig = Optional.of(handler);
    return this;
  }

  /** Who hears what happens. */
  public ClientBuilder listener(ClientListener clientListener) {
    listener = requireNonNull(clientListener, "listener");
    return this;
  }

  /**
   * Headers for each WebSocket handshake and each HTTP request, such as Authorization. The supplier
   * is called each time, so that tokens can rotate, on a thread where it may block; they are never
   * logged.
   */
  public ClientBuilder headers(Supplier<Map<String, String>> supplier) {
    headers = requireNonNull(supplier, "headers");
    return this;
  }

  /** What {@code wss} and {@code https} trust and present. The default is the platform's. */
  public ClientBuilder sslContext(SSLContext context) {
    sslContext = Optional.of(context);
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
    answerTimeout = timeout;
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
    receiveLimit = bytes;
    transportSettings();
    return this;
  }

  /** The largest message sent, in bytes, before compression; 64 MiB by default (LIM-02, LIM-03). */
  public ClientBuilder sendLimit(int bytes) {
    sendLimit = bytes;
    settings(Duplex.FULL);
    return this;
  }

  /** Whether HTTP request bodies above 1 KiB are compressed; they are by default (HTTP-11). */
  public ClientBuilder gzip(boolean compress) {
    gzip = compress;
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
    return build(transportSettings().transport());
  }

  /** For tests: a client on another transport. */
  OpampClient build(Transport transport) {
    return new OpampClient(
        uid.orElseGet(() -> InstanceUid.generate(clock.instant(), random)),
        new AgentReport(report.build(), capabilities()),
        new OpampClient.Application(listener, remoteConfig),
        settings(transport.duplex()),
        transport,
        clock,
        random);
  }

  private long capabilities() {
    long capabilities = Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsStatus);
    if (heartbeat.enabled()) {
      capabilities |= Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
    }
    if (remoteConfig.isPresent()) {
      capabilities |=
          Capabilities.of(
              AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig,
              AgentCapabilities.AgentCapabilities_ReportsRemoteConfig);
    }
    return capabilities;
  }

  private ClientSettings settings(Duplex duplex) {
    return new ClientSettings(
        duplex, heartbeat, answerTimeout, STABLE_AFTER, CLOSE_TIMEOUT, backoff, sendLimit);
  }

  private TransportSettings transportSettings() {
    return new TransportSettings(
        endpoint,
        headers,
        sslContext,
        answerTimeout,
        receiveLimit,
        sendLimit,
        gzip,
        InstantSource.system());
  }
}
