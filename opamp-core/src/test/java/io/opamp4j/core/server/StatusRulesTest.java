package io.opamp4j.core.server;

import static io.opamp4j.core.server.Agents.T0;
import static io.opamp4j.core.server.Agents.UID;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of the state table, and that the earlier row wins. */
class StatusRulesTest {
  private static final ByteString HASH = ByteString.copyFromUtf8("wanted");

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "CONNECTED,    nothing holds",
    "PENDING,      planned",
    "INCOMPATIBLE, planned+missing",
    "ERROR,        planned+missing+unhealthy",
    "ERROR,        planned+missing+settingsFailed",
    "ERROR,        planned+missing+packageFailed",
    "ERROR,        planned+missing+configFailed",
    "UPGRADING,    planned+missing+unhealthy+settingsFailed+configFailed+packageOffered",
    "CONFIGURING,  planned+missing+unhealthy+packageOffered+configSent",
    "CONFIGURING,  configApplying",
    "CONFIGURING,  configUnset",
    "CONNECTED,    configApplied",
    "CONNECTED,    configOfferedToOneWhoReportsNothing",
    "DISCONNECTED, planned+missing+unhealthy+packageOffered+configSent+down",
  })
  void takesTheFirstRowThatHolds(ConnectionState expected, String facts) {
    AgentStatus status = build(List.of(facts.split("\\+"))).status();
    assertThat(status.state()).isEqualTo(expected);
    assertThat(status.reason()).isNotBlank();
  }

  @Test
  void leavesAnErrorOfAnotherConfigAlone() {
    AgentState agent = build(List.of("configFailed"));
    Target other =
        new Target(
            agent.target().offers().toBuilder()
                .setRemoteConfig(
                    agent.target().offers().getRemoteConfig().toBuilder()
                        .setConfigHash(ByteString.copyFromUtf8("other")))
                .build(),
            "web v2",
            List.of(),
            Optional.empty());
    assertThat(agent.with(other).status().state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @ParameterizedTest(name = "{0} {1}: final {2}")
  @CsvSource({
    "Installed, wanted, true",
    "Installed, old, false",
    "InstallPending, wanted, false",
    "Installing, wanted, false",
    "Downloading, wanted, false",
  })
  void waitsForEveryOfferedPackage(String status, String hash, boolean done) {
    AgentState agent = build(List.of("packageOffered"));
    AgentToServer report =
        agent.report().toBuilder()
            .setPackageStatuses(
                PackageStatuses.newBuilder()
                    .setServerProvidedAllPackagesHash(HASH)
                    .putPackages(
                        "p",
                        PackageStatus.newBuilder()
                            .setName("p")
                            .setAgentHasHash(ByteString.copyFromUtf8(hash))
                            .setServerOfferedHash(HASH)
                            .setStatus(PackageStatusEnum.valueOf("PackageStatusEnum_" + status))
                            .build()))
            .build();
    assertThat(agent.with(report, agent.sync()).status().state())
        .isEqualTo(done ? ConnectionState.CONNECTED : ConnectionState.UPGRADING);
  }

  private static AgentState build(List<String> facts) {
    long capabilities = facts.contains("configOfferedToOneWhoReportsNothing") ? 0x3 : 0xFFFF;
    AgentToServer.Builder report =
        AgentToServer.newBuilder().setInstanceUid(UID.toBytes()).setCapabilities(capabilities);
    ServerToAgent.Builder offers = ServerToAgent.newBuilder();
    Offered offered = Offered.NOTHING;
    if (facts.stream().anyMatch(fact -> fact.startsWith("config"))) {
      offers.setRemoteConfig(Agents.config("wanted").offers().getRemoteConfig());
    }
    if (facts.contains("configSent") || facts.contains("configOfferedToOneWhoReportsNothing")) {
      offered = new Offered(new Offered.Sent(HASH, 1, T0), offered.packages(), offered.settings());
    }
    for (RemoteConfigStatuses status :
        List.of(
            RemoteConfigStatuses.RemoteConfigStatuses_UNSET,
            RemoteConfigStatuses.RemoteConfigStatuses_APPLIED,
            RemoteConfigStatuses.RemoteConfigStatuses_APPLYING,
            RemoteConfigStatuses.RemoteConfigStatuses_FAILED)) {
      String name = status.name().substring("RemoteConfigStatuses_".length());
      if (facts.contains("config" + name.charAt(0) + name.substring(1).toLowerCase())) {
        report.setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder().setLastRemoteConfigHash(HASH).setStatus(status));
      }
    }
    if (facts.contains("unhealthy")) {
      report.setHealth(ComponentHealth.newBuilder().setLastError("disk full"));
    }
    if (facts.contains("settingsFailed")) {
      report.setConnectionSettingsStatus(
          ConnectionSettingsStatus.newBuilder()
              .setStatus(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED));
    }
    if (facts.contains("packageFailed")) {
      report.setPackageStatuses(
          PackageStatuses.newBuilder()
              .putPackages(
                  "p",
                  PackageStatus.newBuilder()
                      .setStatus(PackageStatusEnum.PackageStatusEnum_InstallFailed)
                      .build()));
    }
    if (facts.contains("packageOffered")) {
      offers.setPackagesAvailable(
          PackagesAvailable.newBuilder()
              .setAllPackagesHash(HASH)
              .putPackages("p", PackageAvailable.newBuilder().setHash(HASH).build()));
      offered = new Offered(offered.config(), new Offered.Sent(HASH, 1, T0), offered.settings());
    }
    Target target =
        new Target(
            offers.build(),
            "web v1",
            facts.contains("missing") ? List.of("exporter kafka") : List.of(),
            facts.contains("planned") ? Optional.of("web v2") : Optional.empty());
    Link link = facts.contains("down") ? Link.NEVER : new Link(true, false, true, T0, "");
    return AgentState.known(UID, report.build()).with(link).with(offered).with(target);
  }
}
