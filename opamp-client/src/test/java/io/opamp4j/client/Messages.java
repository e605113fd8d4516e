package io.opamp4j.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.server.ScriptedServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** What client and server say in these tests. */
final class Messages {
  static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");
  static final Backoff QUICK = new Backoff(Duration.ofMillis(5), 1.5, 0.5, Duration.ofMillis(50));
  static final int LIMIT = io.opamp4j.core.wire.Messages.DEFAULT_LIMIT;

  private Messages() {}

  static AgentToServer decoded(WebSocketPeer.Frame frame) throws MalformedMessageException {
    if (frame.opcode() != WebSocketPeer.BINARY) {
      throw new AssertionError("opcode " + frame.opcode() + " instead of a message");
    }
    return Frames.agentToServer(ByteBuffer.wrap(frame.payload()), LIMIT);
  }

  static byte[] framed(ServerToAgent.Builder message) throws MalformedMessageException {
    return Frames.encode(message.build(), LIMIT);
  }

  static ServerToAgent.Builder answer() {
    return ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).setCapabilities(0x7F);
  }

  /** Whether a message tells how an offer of connection settings ended. */
  static boolean isSettled(AgentToServer message) {
    return switch (message.getConnectionSettingsStatus().getStatus()) {
      case ConnectionSettingsStatuses_APPLIED, ConnectionSettingsStatuses_FAILED -> true;
      default -> false;
    };
  }

  static AgentRemoteConfig config(String body) {
    return AgentRemoteConfig.newBuilder()
        .setConfig(files(body))
        .setConfigHash(ByteString.copyFromUtf8("hash of " + body.substring(0, 1)))
        .build();
  }

  static AgentConfigMap files(String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            "", AgentConfigFile.newBuilder().setBody(ByteString.copyFromUtf8(body)).build())
        .build();
  }

  static EffectiveConfig effective(String body) {
    return EffectiveConfig.newBuilder().setConfigMap(files(body)).build();
  }

  /**
   * Waits until the client has taken in all that the server has said before on its WebSocket. Time
   * that jumps while an answer is on its way would make it a missing one.
   */
  static void awaitQuiet(ScriptedServer server, Heard heard) throws InterruptedException {
    ServerToAgent.Builder word = ServerToAgent.newBuilder();
    word.getErrorResponseBuilder().setErrorMessage("are you there?");
    server.push(word.build());
    while (!heard.next(ServerErrorResponse.class).equals(word.getErrorResponse())) {
      // An error of the test's own.
      continue;
    }
  }

  static AgentDescription description() {
    return Descriptions.of(Map.of("service.name", "under test"), Map.of());
  }

  static ComponentHealth health(String status) {
    return ComponentHealth.newBuilder().setHealthy(true).setStatus(status).build();
  }
}
