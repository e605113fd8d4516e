package io.opamp4j.server.cluster;

import static java.util.Objects.requireNonNull;

import io.opamp4j.server.ServerConfig;
import java.time.Instant;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which node this process is.
 *
 * @param id unique to this process: a node that is started again is another one
 * @param name as configured, the same after a restart
 * @param address where it listens, for people
 * @param version of the product
 * @param started when it was started
 */
public record NodeIdentity(
    String id, String name, String address, String version, Instant started) {
  private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");

  public NodeIdentity {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(address, "address");
    requireNonNull(version, "version");
    requireNonNull(started, "started");
  }

  /** The node that runs with this configuration on this machine. */
  public static NodeIdentity of(
      ServerConfig config,
      String hostName,
      String version,
      Instant started,
      RandomGenerator random) {
    ServerConfig.Server server = config.server();
    String host = ANY_ADDRESS.contains(server.host()) ? hostName : server.host();
    String name = config.cluster().node().orElse(hostName + "-" + server.port());
    String incarnation = "%08x".formatted(random.nextInt());
    return new NodeIdentity(
        name + "-" + incarnation, name, host + ":" + server.port(), version, started);
  }
}
