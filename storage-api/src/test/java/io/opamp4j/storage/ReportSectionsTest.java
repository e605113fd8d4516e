package io.opamp4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.storage.ReportSections.DamagedSectionException;
import io.opamp4j.storage.ReportSections.Joiner;
import io.opamp4j.storage.ReportSections.Parts;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReportSectionsTest {
  private static final String LONG = "long ".repeat(ReportSections.AT_LEAST);

  @Test
  void whatWasSplitJoinsToTheSameReport() throws IOException {
    AgentToServer report = full();
    Parts parts = ReportSections.split(report);

    assertThat(parts.references().byField().keySet())
        .containsExactly(
            AgentToServer.EFFECTIVE_CONFIG_FIELD_NUMBER,
            AgentToServer.REMOTE_CONFIG_STATUS_FIELD_NUMBER,
            AgentToServer.PACKAGE_STATUSES_FIELD_NUMBER,
            AgentToServer.AVAILABLE_COMPONENTS_FIELD_NUMBER);
    assertThat(parts.contents().keySet())
        .containsExactlyInAnyOrderElementsOf(parts.references().hashes());
    assertThat(parts.rest().hasEffectiveConfig()).isFalse();
    assertThat(parts.rest().getHealth().getLastError()).isEqualTo(LONG);
    assertThat(new Joiner(parts.contents()).join(parts.rest(), parts.references()))
        .isEqualTo(report);
  }

  @Test
  void referencesAreTheSameAfterTheirBytes() throws IOException {
    SectionReferences references = ReportSections.split(full()).references();

    assertThat(references.toBytes().size()).isEqualTo(4 * SectionReferences.LENGTH);
    assertThat(SectionReferences.from(references.toBytes())).isEqualTo(references);
    assertThat(SectionReferences.from(ByteString.EMPTY)).isEqualTo(SectionReferences.NONE);
    for (int length = 1; length < 2 * SectionReferences.LENGTH; length++) {
      ByteString cut = references.toBytes().substring(0, length);
      if (length % SectionReferences.LENGTH != 0) {
        assertThatThrownBy(() -> SectionReferences.from(cut)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aSectionIsTakenOffFromItsLeastSizeOn() {
    for (int size = ReportSections.AT_LEAST - 3; size < ReportSections.AT_LEAST + 3; size++) {
      EffectiveConfig config = configOfSize(size);
      assertThat(config.getSerializedSize()).isEqualTo(size);
      AgentToServer report = AgentToServer.newBuilder().setEffectiveConfig(config).build();
      Parts parts = ReportSections.split(report);

      boolean taken = size >= ReportSections.AT_LEAST;
      assertThat(parts.rest().hasEffectiveConfig()).as("%d bytes", size).isEqualTo(!taken);
      assertThat(parts.contents()).as("%d bytes", size).hasSize(taken ? 1 : 0);
      if (!taken) {
        assertThat(parts.rest()).isSameAs(report);
      }
    }
  }

  @Test
  void theOrderInWhichFilesWereSentSaysNothing() {
    AgentConfigFile file =
        AgentConfigFile.newBuilder().setBody(ByteString.copyFromUtf8(LONG)).build();
    AgentConfigMap.Builder forwards = AgentConfigMap.newBuilder();
    AgentConfigMap.Builder backwards = AgentConfigMap.newBuilder();
    for (int i = 0; i < 20; i++) {
      forwards.putConfigMap("file" + i, file);
      backwards.putConfigMap("file" + (19 - i), file);
    }
    assertThat(ReportSections.split(withConfig(forwards.build())).references())
        .isEqualTo(ReportSections.split(withConfig(backwards.build())).references());
  }

  @Test
  void reportsOfOneAnswerShareTheirEqualSections() throws IOException {
    Parts one = ReportSections.split(full());
    Parts other = ReportSections.split(full().toBuilder().setSequenceNum(9).build());
    Joiner joiner = new Joiner(one.contents());

    AgentToServer first = joiner.join(one.rest(), one.references());
    AgentToServer second = joiner.join(other.rest(), other.references());
    assertThat(first.getEffectiveConfig()).isSameAs(second.getEffectiveConfig());
    assertThat(second.getSequenceNum()).isEqualTo(9);
  }

  @Test
  void aSectionThatIsGoneOrSpoiledIsNamed() {
    Parts parts = ReportSections.split(full());
    ContentHash config =
        parts.references().byField().get(AgentToServer.EFFECTIVE_CONFIG_FIELD_NUMBER);
    Map<ContentHash, ByteString> without = new HashMap<>(parts.contents());
    without.remove(config);
    assertThatThrownBy(() -> new Joiner(without).join(parts.rest(), parts.references()))
        .isInstanceOfSatisfying(
            DamagedSectionException.class, e -> assertThat(e.hash()).isEqualTo(config))
        .hasMessage("its section effective_config is missing");

    without.put(config, ByteString.copyFromUtf8("other"));
    assertThatThrownBy(() -> new Joiner(without).join(parts.rest(), parts.references()))
        .isInstanceOf(DamagedSectionException.class)
        .hasMessage("its section effective_config is not what was kept");
  }

  @Test
  void aReferenceToWhatIsNoSectionIsRefused() {
    ContentHash hash = ContentHash.of(ByteString.EMPTY);
    for (int field : new int[] {-1, 0, AgentToServer.SEQUENCE_NUM_FIELD_NUMBER, 99}) {
      SectionReferences references = new SectionReferences(new TreeMap<>(Map.of(field, hash)));
      assertThatThrownBy(
              () ->
                  new Joiner(Map.of(hash, ByteString.EMPTY))
                      .join(AgentToServer.getDefaultInstance(), references))
          .isInstanceOf(IOException.class);
    }
  }

  private static AgentToServer full() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                99,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8(LONG))
                    .build())
            .build();
    return AgentToServer.newBuilder()
        .setSequenceNum(7)
        .setHealth(ComponentHealth.newBuilder().setLastError(LONG))
        .setEffectiveConfig(configOfSize(20_000))
        .setRemoteConfigStatus(RemoteConfigStatus.newBuilder().setErrorMessage(LONG))
        .setPackageStatuses(
            PackageStatuses.newBuilder()
                .putPackages("p", PackageStatus.newBuilder().setErrorMessage(LONG).build()))
        .setAvailableComponents(AvailableComponents.newBuilder().setUnknownFields(unknown))
        .build();
  }

  private static EffectiveConfig configOfSize(int size) {
    AgentConfigMap.Builder map = AgentConfigMap.newBuilder();
    int body = size;
    EffectiveConfig config;
    do {
      config =
          EffectiveConfig.newBuilder()
              .setConfigMap(
                  map.putConfigMap(
                      "",
                      AgentConfigFile.newBuilder()
                          .setBody(ByteString.copyFrom(new byte[body--]))
                          .build()))
              .build();
    } while (config.getSerializedSize() > size);
    return config;
  }

  private static AgentToServer withConfig(AgentConfigMap map) {
    return AgentToServer.newBuilder()
        .setEffectiveConfig(EffectiveConfig.newBuilder().setConfigMap(map))
        .build();
  }
}
