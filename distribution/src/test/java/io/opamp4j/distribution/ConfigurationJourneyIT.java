package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The main job, on the packaged jar with its database: an agent connects, gets a configuration that
 * an operator wrote, and is shown as having applied it, though the server is killed between the
 * steps.
 */
class ConfigurationJourneyIT {
  @TempDir Path folder;

  @ParameterizedTest(name = "{0} over {1} on {3}, server killed between the steps: {2}")
  @CsvSource({
    "contrib, ws, false, H2",
    "contrib, http, false, H2",
    "own, ws, false, H2",
    "own, http, false, H2",
    // Not contrib over ws: after a reconnect it says nothing until it has news, so no server can
    // know it.
    "contrib, http, true, H2",
    "own, ws, true, H2",
    "own, http, true, H2",
    "own, ws, false, MEMORY",
    "own, ws, true, REDIS",
    "own, http, true, REDIS",
  })
  void anAgentGetsAConfigurationAndIsShownToHaveAppliedIt(
      String peer, String scheme, boolean killed, Backend backend) {
    try (Backend.Place storage = backend.at(folder)) {
      journey(peer, scheme, killed, storage.environment());
    }
  }

  private void journey(
      String peer, String scheme, boolean killed, Map<String, String> environment) {
    ServerProcess server = ServerProcess.jar(folder, "--server.port=0").with(environment).start();
    int port = server.port();
    server.kill();
    // The same port from now on, so that the agent finds the server again.
    server = ServerProcess.jar(folder, "--server.port=" + port).with(environment).start();
    Rest rest = new Rest(server.url());
    // Over WebSocket the contrib client loses its first report, and sends the full one that it is
    // asked for
    // only when it next has something to say; until then no selector but the empty one can match
    // it.
    boolean describesItselfAtOnce = !(peer.equals("contrib") && scheme.equals("ws"));
    String selector = describesItselfAtOnce ? "service.name=" + peer + "-agent" : "";
    URI endpoint = URI.create(scheme + "://127.0.0.1:" + port + "/v1/opamp");
    try (PeerAgent agent =
        peer.equals("own") ? new OwnAgent(endpoint) : new ContribAgent(endpoint)) {
      InstanceUid uid = agent.uid();
      rest.awaitState(uid, "Connected");
      if (describesItselfAtOnce) {
        rest.awaitAgent(uid, "is described", agentIs(peer));
      }

      server = killed ? killAndRestart(server) : server;
      rest.awaitState(uid, "Connected");

      rest.post(
          "/api/v1/configurations",
          Map.of(
              "name",
              "web",
              "selector",
              selector,
              "priority",
              10,
              "files",
              Map.of(
                  "collector.yaml",
                  Map.of("contentType", "text/yaml", "body", "receivers: {otlp: {}}"))));
      assertThat(agent.takeOffer()).isEqualTo("receivers: {otlp: {}}");
      rest.awaitState(uid, "Configuring");

      server = killed ? killAndRestart(server) : server;
      assertThat(rest.get("/api/v1/configurations/web").get("selector").asText())
          .as("what REST wrote is there")
          .isEqualTo(selector);

      agent.reportApplied();
      // A server that was killed may have to ask who this is before anything matches.
      rest.awaitAgent(
          uid,
          "is connected and runs what it should",
          node ->
              node.get("state").asText().equals("Connected")
                  && node.at("/remoteConfigStatus/status").asText().equals("APPLIED")
                  && node.at("/target/configuration").asText().startsWith("web")
                  && node.at("/remoteConfigStatus/hash").equals(node.at("/target/hash")));
      rest.awaitAgent(uid, "is described", agentIs(peer));

      server = killed ? killAndRestart(server) : server;
      rest.awaitAgent(
          uid,
          "is connected and still has it",
          node ->
              node.get("state").asText().equals("Connected")
                  && node.at("/remoteConfigStatus/status").asText().equals("APPLIED"));
    } finally {
      server.close();
    }
  }

  private static Predicate<JsonNode> agentIs(String peer) {
    return node ->
        node.at("/description/identifying/service.name").asText().equals(peer + "-agent");
  }

  private static ServerProcess killAndRestart(ServerProcess server) {
    server.kill();
    ServerProcess restarted = server.restart();
    restarted.url();
    return restarted;
  }
}
