package io.opamp4j.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.ServerToAgent;
import java.nio.ByteBuffer;
import java.time.Duration;

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

  static ComponentHealth health(String status) {
    return ComponentHealth.newBuilder().setHealthy(true).setStatus(status).build();
  }
}
