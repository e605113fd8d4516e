package io.opamp4j.core.report;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.util.random.RandomGenerator;

/** Makes reports of one agent from few values, so that equal and different sections both occur. */
final class RandomReports {
  static final ByteString UID = ByteString.copyFromUtf8("0123456789abcdef");

  private RandomReports() {}

  /** A report with every section of {@code base} and perhaps some more. */
  static AgentToServer extending(AgentToServer base, RandomGenerator random) {
    AgentToServer.Builder report =
        AgentToServer.newBuilder().setInstanceUid(UID).setCapabilities(1 + random.nextInt(3));
    for (Section section : Section.values()) {
      if (section.isIn(base) || random.nextBoolean()) {
        section.set(report, section.get(withAllSections(random.nextInt(3))));
      }
    }
    return report.build();
  }

  static AgentToServer withAllSections(int variant) {
    String v = "v" + variant;
    ByteString bytes = ByteString.copyFromUtf8(v);
    return AgentToServer.newBuilder()
        .setInstanceUid(UID)
        .setCapabilities(0xFFFF)
        .setAgentDescription(
            AgentDescription.newBuilder()
                .addIdentifyingAttributes(
                    KeyValue.newBuilder()
                        .setKey("service.name")
                        .setValue(AnyValue.newBuilder().setStringValue(v))))
        .setHealth(ComponentHealth.newBuilder().setHealthy(variant != 1).setStatus(v))
        .setEffectiveConfig(
            EffectiveConfig.newBuilder()
                .setConfigMap(
                    AgentConfigMap.newBuilder()
                        .putConfigMap("", AgentConfigFile.newBuilder().setBody(bytes).build())))
        .setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder()
                .setLastRemoteConfigHash(bytes)
                .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED))
        .setPackageStatuses(
            PackageStatuses.newBuilder()
                .putPackages("p", PackageStatus.newBuilder().setName("p").build())
                .setServerProvidedAllPackagesHash(bytes))
        .setCustomCapabilities(CustomCapabilities.newBuilder().addCapabilities(v))
        .setAvailableComponents(
            AvailableComponents.newBuilder()
                .setHash(bytes)
                .putComponents("receivers", ComponentDetails.getDefaultInstance()))
        .setConnectionSettingsStatus(
            ConnectionSettingsStatus.newBuilder().setLastConnectionSettingsHash(bytes))
        .build();
  }
}
