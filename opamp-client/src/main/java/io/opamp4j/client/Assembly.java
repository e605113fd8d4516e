package io.opamp4j.client;

import io.opamp4j.client.packages.Packages;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.client.SettingsPolicy;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.core.timing.TimeSource;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What a client is put together from, and how. Belongs to the builder, which fills it. */
final class Assembly {
  private static final Duration STABLE_AFTER = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  final AgentToServer.Builder report = AgentToServer.newBuilder();
  final Handlers handlers = new Handlers();
  Optional<InstanceUid> uid = Optional.empty();
  boolean serverMakesUid;
  Optional<ClientStore> store = Optional.empty();
  boolean requestsCertificate;
  Optional<Packages> packages = Optional.empty();
  Heartbeat heartbeat = Heartbeat.DEFAULT;
  Backoff backoff = Backoff.DEFAULT;
  TimeSource clock = new SteadyClock();
  private final RandomGenerator random = new SecureRandom();
  private final Connecting connecting;

  Assembly(Connecting connecting) {
    this.connecting = connecting;
  }

  /**
   * The client so far.
   *
   * @throws IllegalArgumentException if the parts contradict each other
   */
  OpampClient build(Transport transport) {
    TransportSettings base = connecting.settings();
    if (requestsCertificate && (store.isEmpty() || !handlers.opampSettings)) {
      throw new IllegalArgumentException(
          "requestCertificate() needs a store() and acceptOpampSettings()");
    }
    SettingsPolicy policy =
        new SettingsPolicy(
            store.isPresent(), requestsCertificate, base::objection, base::headersMayFollow);
    ClientSettings settings = settings(base.duplex());
    Past past =
        Past.of(
            store,
            () -> uid.orElseGet(() -> InstanceUid.generate(clock.instant(), random)),
            serverMakesUid);
    Handlers own = handlers.copy();
    AgentToServer start = past.report(report.build(), own.remoteConfig().isPresent());
    if (packages.isPresent()) {
      ReadyPackages ready = new ReadyPackages(packages.get(), base, clock, random);
      own.ready = ready;
      own.packages = ready;
      start = ready.report(start);
    }
    return new OpampClient(
        past,
        new AgentReport(start, capabilities(own)),
        own,
        new ClientMachine(settings, policy, random),
        transport,
        clock,
        connecting.sendLimit);
  }

  /**
   * The settings of the machine so far.
   *
   * @throws IllegalArgumentException if they cannot work
   */
  ClientSettings settings(Duplex duplex) {
    return new ClientSettings(
        duplex,
        heartbeat,
        connecting.answerTimeout,
        STABLE_AFTER,
        CLOSE_TIMEOUT,
        backoff,
        connecting.sendLimit);
  }

  private long capabilities(Handlers own) {
    long heartbeats =
        heartbeat.enabled()
            ? Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsHeartbeat)
            : 0;
    return own.capabilities() | heartbeats;
  }
}
