package io.opamp4j.examples.managedapp;

import com.google.protobuf.ByteString;
import io.opamp4j.client.ClientListener;
import io.opamp4j.client.Descriptions;
import io.opamp4j.client.FileClientStore;
import io.opamp4j.client.Healths;
import io.opamp4j.client.OpampClient;
import io.opamp4j.client.RemoteConfigOffer;
import io.opamp4j.client.RemoteConfigResult;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Loss;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.EffectiveConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes the greeter manageable. This is the part to copy: it says who the agent is and how it does,
 * takes configurations, remembers the last good one over restarts, and obeys orders.
 *
 * <p>All the callbacks below run one at a time on one thread of the client's. They may take their
 * time, and they may throw: neither hurts the connection.
 */
final class ManagedAgent implements ClientListener, AutoCloseable {
  private static final String FILE = "greeter.yaml";
  private static final String PING = "io.opamp4j.example.ping";

  private final Greeter greeter;
  private final Consumer<String> log;
  private final Instant startedAt;
  private final OpampClient client;

  /**
   * An agent that is not connected yet.
   *
   * @param state a file for what has to survive restarts; its directory must exist
   */
  ManagedAgent(URI server, Path state, Greeter greeter, Consumer<String> log) {
    this.greeter = greeter;
    this.log = log;
    this.startedAt = greeter.startedAt();
    // What the agent can do follows from what is given here: without remoteConfig, for example, the
    // server is told that this agent takes no configurations, and will not offer any.
    client =
        OpampClient.builder(server)
            .store(new FileClientStore(state))
            .health(health())
            .effectiveConfig(effective(greeter.config()))
            .remoteConfig(this::configure)
            .onRestart(this::restart)
            .customCapabilities(List.of(PING))
            .listener(this)
            .build();
    client.setDescription(description(client.instanceUid()));
  }

  /** Connects, and goes on trying until it is closed. */
  void start() {
    log.accept("this agent is " + client.instanceUid());
    client.start();
  }

  /** Takes leave of the server, which then shows the agent as disconnected at once. */
  @Override
  public void close() {
    client.close();
  }

  /**
   * A configuration from the server, or after a restart the last good one from the file, before the
   * server is heard. Either all of it is in use when this returns, or nothing has changed.
   */
  private RemoteConfigResult configure(RemoteConfigOffer offer) {
    try {
      GreeterConfig next = config(offer);
      greeter.configure(next);
      client.setHealth(health());
      log.accept("configured to greet every " + next.intervalSeconds() + " s");
      return RemoteConfigResult.applied(effective(next));
    } catch (GreeterConfig.InvalidException e) {
      log.accept("configuration refused: " + e.problem());
      return RemoteConfigResult.rejected(e.problem());
    }
  }

  /** No files at all mean that the agent goes back to what it would do by itself. */
  private static GreeterConfig config(RemoteConfigOffer offer)
      throws GreeterConfig.InvalidException {
    if (offer.files().isEmpty()) {
      return GreeterConfig.DEFAULT;
    }
    AgentConfigFile file = offer.files().get(FILE);
    if (file == null || offer.files().size() > 1) {
      throw new GreeterConfig.InvalidException(
          "this agent has one file, " + FILE + ", and not " + offer.files().keySet());
    }
    return GreeterConfig.parse(file.getBody().toStringUtf8());
  }

  private void restart() {
    greeter.restart();
    client.setHealth(health());
    log.accept("restarted");
  }

  /** Answers a ping, if the server has said that it understands the answer. */
  @Override
  public void onCustomMessage(CustomMessage message) {
    log.accept(message.getType() + " from the server: " + message.getData().toStringUtf8());
    if (message.getType().equals("ping") && client.serverCustomCapabilities().contains(PING)) {
      client.send(message.toBuilder().setType("pong").build());
    }
  }

  @Override
  public void onConnected() {
    log.accept("connected");
  }

  @Override
  public void onConnectFailed(Loss loss, Duration retryIn) {
    log.accept(
        "cannot connect: " + words(loss) + "; next attempt in " + retryIn.toMillis() + " ms");
  }

  @Override
  public void onDisconnected(Loss loss, Duration retryIn) {
    log.accept("connection lost: " + words(loss));
  }

  private static String words(Loss loss) {
    return loss.kind() + ", " + loss.detail();
  }

  /** Here the uid is also the id of the service instance, so the description follows it. */
  @Override
  public void onNewInstanceUid(InstanceUid uid) {
    log.accept("the server renamed this agent to " + uid);
    client.setDescription(description(uid));
  }

  /** By the OpenTelemetry conventions; an application with telemetry gives its resource here. */
  private static AgentDescription description(InstanceUid uid) {
    return Descriptions.collector(
        Map.of(
            "service.name", "managed-app",
            "service.version", "1.0.0",
            "service.instance.id", uid.toString(),
            "os.type", osType(System.getProperty("os.name").toLowerCase(Locale.ROOT)),
            "host.name", hostName()));
  }

  private static String osType(String name) {
    return name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "darwin" : name;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private ComponentHealth health() {
    String status = "greets every " + greeter.config().intervalSeconds() + " s";
    return Healths.whole(
        startedAt, "up", Map.of("greeter", Healths.running(greeter.startedAt(), status)));
  }

  private static EffectiveConfig effective(GreeterConfig config) {
    AgentConfigFile file =
        AgentConfigFile.newBuilder()
            .setBody(ByteString.copyFromUtf8(config.toYaml()))
            .setContentType("text/yaml")
            .build();
    return EffectiveConfig.newBuilder()
        .setConfigMap(AgentConfigMap.newBuilder().putConfigMap(FILE, file))
        .build();
  }
}
