package io.opamp4j.core.server;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Messages and targets for tests of the server's machine. */
final class Agents {
  static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");
  static final InstanceUid FRESH = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-ba9876543210");
  static final long CONFIGURABLE =
      AgentCapabilities.AgentCapabilities_ReportsStatus_VALUE
          | AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsRemoteConfig_VALUE;

  private Agents() {}

  static AgentToServer.Builder bare(long sequence) {
    return AgentToServer.newBuilder().setInstanceUid(UID.toBytes()).setSequenceNum(sequence);
  }

  static AgentToServer.Builder first(long capabilities) {
    return bare(0)
        .setCapabilities(capabilities)
        .setAgentDescription(
            AgentDescription.newBuilder()
                .addIdentifyingAttributes(
                    KeyValue.newBuilder()
                        .setKey("service.name")
                        .setValue(AnyValue.newBuilder().setStringValue("collector"))));
  }

  static AgentToServer.Builder status(
      long sequence, String hash, RemoteConfigStatuses status, String error) {
    return bare(sequence)
        .setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder()
                .setLastRemoteConfigHash(ByteString.copyFromUtf8(hash))
                .setStatus(status)
                .setErrorMessage(error));
  }

  static Target config(String hash) {
    return new Target(
        ServerToAgent.newBuilder()
            .setRemoteConfig(
                AgentRemoteConfig.newBuilder()
                    .setConfigHash(ByteString.copyFromUtf8(hash))
                    .setConfig(
                        AgentConfigMap.newBuilder()
                            .putConfigMap(
                                "collector.yaml",
                                AgentConfigFile.newBuilder()
                                    .setBody(ByteString.copyFromUtf8("body of " + hash))
                                    .build())))
            .build(),
        "web v1",
        List.of(),
        Optional.empty());
  }
}
