package io.opamp4j.server.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.transport.http.HttpSettings;
import io.opamp4j.server.transport.ws.WebSocketSettings;
import java.time.Duration;

/**
 * Times and pool sizes of the listener, which nobody has yet needed to configure.
 *
 * @param headTimeout how long the first request's head may take after TCP connected
 * @param idleTimeout how long an HTTP connection may stay open between two requests
 * @param bodyTimeout how long a peer may stand still while it sends or reads an HTTP body
 * @param answerTimeout how long an agent's message over plain HTTP may be worked on
 * @param closeTimeout how long a peer may take to end a connection after we did
 * @param stallTimeout how long a WebSocket peer may read nothing of what waits for it
 * @param sweepInterval how often deadlines of HTTP connections are looked at
 * @param eventLoops how many event loops share the connections; 0 for one per processor
 * @param decodeThreads how many threads unpack the bodies of agents' requests
 * @param restThreads how many threads work on REST requests
 * @param queue how many tasks may wait for each of these pools
 */
public record TransportSettings(
    Duration headTimeout,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration answerTimeout,
    Duration closeTimeout,
    Duration stallTimeout,
    Duration sweepInterval,
    int eventLoops,
    int decodeThreads,
    int restThreads,
    int queue) {

  /** What the server runs with. */
  public static final TransportSettings DEFAULT =
      new TransportSettings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(75),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          0,
          2,
          16,
          256);

  public TransportSettings {
    requireNonNull(headTimeout, "headTimeout");
    requireNonNull(idleTimeout, "idleTimeout");
    requireNonNull(bodyTimeout, "bodyTimeout");
    requireNonNull(answerTimeout, "answerTimeout");
    requireNonNull(closeTimeout, "closeTimeout");
    requireNonNull(stallTimeout, "stallTimeout");
    requireNonNull(sweepInterval, "sweepInterval");
    if (eventLoops < 0 || decodeThreads < 1 || restThreads < 1 || queue < 1) {
      throw new IllegalArgumentException("every pool needs a thread and room for a task");
    }
  }

  int eventLoopCount() {
    return eventLoops == 0 ? Runtime.getRuntime().availableProcessors() : eventLoops;
  }

  HttpSettings http(ServerConfig.Agents agents) {
    return new HttpSettings(
        agents.path(),
        agents.limits().receivedMessage(),
        agents.limits().sentMessage(),
        headTimeout,
        idleTimeout,
        bodyTimeout,
        answerTimeout,
        closeTimeout,
        agents.dialect().legacyUlid());
  }

  WebSocketSettings webSocket(ServerConfig.Agents agents) {
    return new WebSocketSettings(
        agents.limits().receivedMessage(),
        agents.limits().sentMessage(),
        closeTimeout,
        stallTimeout,
        agents.dialect());
  }
}
