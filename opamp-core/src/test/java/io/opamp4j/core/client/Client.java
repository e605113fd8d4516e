package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.CertificateInHand;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Drives a machine in a test: keeps the state and the time, and the step that came last. */
final class Client {
  static final InstanceUid UID = new InstanceUid(0x0190F5C27A3B7C11L, 0x8D220123456789ABL);
  static final long CAPABILITIES =
      Capabilities.of(
          AgentCapabilities.AgentCapabilities_ReportsStatus,
          AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig,
          AgentCapabilities.AgentCapabilities_ReportsEffectiveConfig,
          AgentCapabilities.AgentCapabilities_ReportsRemoteConfig,
          AgentCapabilities.AgentCapabilities_ReportsHealth,
          AgentCapabilities.AgentCapabilities_ReportsHeartbeat,
          AgentCapabilities.AgentCapabilities_ReportsAvailableComponents);

  final ClientSettings settings;
  final ClientMachine machine;
  ClientState state;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  ClientStep step;

  Client(ClientSettings settings, AgentToServer report) {
    this(settings, SettingsPolicy.EPHEMERAL, remembering(UID), report);
  }

  Client(
      ClientSettings settings, SettingsPolicy policy, ClientMemory memory, AgentToServer report) {
    this.settings = settings;
    machine = new ClientMachine(settings, policy, new Random(7));
    state = machine.initial(memory, report);
    step =
        new ClientStep(
            state,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            ClientStep.ConnectionOrder.KEEP,
            Optional.empty());
  }

  static ClientMemory remembering(InstanceUid uid) {
    return ClientMemory.newBuilder().setInstanceUid(uid.toBytes()).build();
  }

  static Client webSocket() {
    return new Client(ClientSettings.defaults(Duplex.FULL), report().build());
  }

  static Client http() {
    return new Client(ClientSettings.defaults(Duplex.HALF), report().build());
  }

  /** A client whose first report has been answered. */
  Client connected() {
    start();
    opened();
    received(answer());
    return this;
  }

  ClientStep start() {
    return take(machine.started(state, now));
  }

  ClientStep opened() {
    return take(machine.opened(state, now));
  }

  ClientStep received(ServerToAgent.Builder message) {
    return take(machine.received(state, message.build(), now));
  }

  ClientStep changed(AgentToServer.Builder report) {
    return take(machine.changed(state, report.build(), now));
  }

  ClientStep posted(CustomMessage message) {
    return take(machine.posted(state, message, now));
  }

  ClientStep handled(String hash, String error) {
    Optional<String> failure = error.isEmpty() ? Optional.empty() : Optional.of(error);
    return take(machine.handled(state, ByteString.copyFromUtf8(hash), failure, now));
  }

  ClientStep requested(CertificateInHand request) {
    return take(machine.requested(state, request, now));
  }

  ClientStep malformed() {
    return take(machine.malformed(state, "not a message", now));
  }

  ClientStep lost(LossKind kind) {
    return take(machine.lost(state, Loss.of(kind, "for a test"), now));
  }

  ClientStep lost(Loss loss) {
    return take(machine.lost(state, loss, now));
  }

  ClientStep stop() {
    return take(machine.stopped(state, now));
  }

  /** Lets time pass; the machine does not notice. */
  Client after(Duration duration) {
    now = now.plus(duration);
    return this;
  }

  /** Lets time pass until the machine wants to wake up, and wakes it. */
  ClientStep wakeUp() {
    now = step.wakeUp().orElseThrow(() -> new AssertionError("nothing to wait for: " + step));
    return take(machine.wokeUp(state, now));
  }

  ClientStep wakeUpEarly() {
    return take(machine.wokeUp(state, now));
  }

  /** Waits until the next attempt and opens the connection. */
  ClientStep reconnect() {
    if (state.phase() != ClientPhase.CONNECTING) {
      wakeUp();
    }
    return opened();
  }

  AgentToServer sent() {
    return step.send().orElseThrow(() -> new AssertionError("nothing was sent: " + step));
  }

  Duration untilWakeUp() {
    return Duration.between(now, step.wakeUp().orElseThrow());
  }

  private ClientStep take(ClientStep next) {
    state = next.state();
    step = next;
    return next;
  }

  static AgentToServer.Builder report() {
    return AgentToServer.newBuilder()
        .setCapabilities(CAPABILITIES)
        .setAgentDescription(description("checkout"))
        .setHealth(health("ok"))
        .setEffectiveConfig(effective("receivers: {}"))
        .setAvailableComponents(catalogue());
  }

  static AgentDescription description(String service) {
    return AgentDescription.newBuilder()
        .addIdentifyingAttributes(
            KeyValue.newBuilder()
                .setKey("service.name")
                .setValue(AnyValue.newBuilder().setStringValue(service)))
        .build();
  }

  static ComponentHealth health(String status) {
    return ComponentHealth.newBuilder().setHealthy(true).setStatus(status).build();
  }

  static EffectiveConfig effective(String body) {
    return EffectiveConfig.newBuilder().setConfigMap(files(body)).build();
  }

  static AgentConfigMap files(String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            "", AgentConfigFile.newBuilder().setBody(ByteString.copyFromUtf8(body)).build())
        .build();
  }

  static AvailableComponents catalogue() {
    return AvailableComponents.newBuilder()
        .setHash(ByteString.copyFromUtf8("X"))
        .putComponents("receivers", ComponentDetails.getDefaultInstance())
        .build();
  }

  static AgentRemoteConfig config(String hash) {
    return AgentRemoteConfig.newBuilder()
        .setConfig(files("config " + hash))
        .setConfigHash(ByteString.copyFromUtf8(hash))
        .build();
  }

  static RemoteConfigStatus status(String hash, RemoteConfigStatuses status) {
    return RemoteConfigStatus.newBuilder()
        .setLastRemoteConfigHash(ByteString.copyFromUtf8(hash))
        .setStatus(status)
        .build();
  }

  static ServerToAgent.Builder answer() {
    return ServerToAgent.newBuilder().setInstanceUid(UID.toBytes());
  }

  static ServerToAgent.Builder error(ServerErrorResponseType type) {
    return answer()
        .setErrorResponse(ServerErrorResponse.newBuilder().setType(type).setErrorMessage("no"));
  }
}
