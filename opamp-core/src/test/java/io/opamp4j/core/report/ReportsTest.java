package io.opamp4j.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReportsTest {
  private static final AgentToServer FULL = RandomReports.withAllSections(0);
  private static final AgentToServer OTHER = RandomReports.withAllSections(1);

  @Test
  void mergingADifferenceGivesTheNewReport() {
    for (long seed = 0; seed < 5_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      AgentToServer a = RandomReports.extending(AgentToServer.getDefaultInstance(), random);
      AgentToServer b = RandomReports.extending(a, random);
      AgentToServer diff = Reports.diff(a, b);
      assertThat(Reports.merge(a, diff)).as("seed %d", seed).isEqualTo(b);
      assertThat(Reports.diff(b, b).getAllFields().keySet())
          .as("seed %d: nothing but uid and capabilities", seed)
          .hasSize(2);
      assertThat(Reports.merge(b, diff)).as("seed %d: twice changes nothing", seed).isSameAs(b);
    }
  }

  @ParameterizedTest(name = "COMPRESS-03 {0}")
  @EnumSource(Section.class)
  void keepsASectionThatIsLeftOut(Section section) {
    AgentToServer bare = AgentToServer.newBuilder().setInstanceUid(RandomReports.UID).build();
    assertThat(section.get(Reports.merge(FULL, bare))).isEqualTo(section.get(FULL));
  }

  @ParameterizedTest(name = "COMPRESS-04 {0}")
  @EnumSource(Section.class)
  void replacesASectionThatIsPresent(Section section) {
    AgentToServer.Builder message = AgentToServer.newBuilder();
    section.set(message, section.get(OTHER));
    AgentToServer merged = Reports.merge(FULL, message.build());
    assertThat(section.get(merged)).isEqualTo(section.get(OTHER));
    for (Section other : Section.values()) {
      if (other != section) {
        assertThat(other.get(merged)).isEqualTo(other.get(FULL));
      }
    }
  }

  @ParameterizedTest(name = "COMPRESS-02 {0}")
  @EnumSource(Section.class)
  void sendsAChangedSectionCompleteAndNoOther(Section section) {
    AgentToServer.Builder now = FULL.toBuilder();
    section.set(now, section.get(OTHER));
    AgentToServer diff = Reports.diff(FULL, now.build());
    assertThat(Section.presentIn(diff)).containsExactly(section);
    assertThat(section.get(diff)).isEqualTo(section.get(OTHER));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Section.class)
  void tellsARemovedSectionAsEmpty(Section section) {
    AgentToServer.Builder now = FULL.toBuilder();
    now.clearField(AgentToServer.getDescriptor().findFieldByName(section.name().toLowerCase()));
    AgentToServer diff = Reports.diff(FULL, now.build());
    assertThat(Section.presentIn(diff)).containsExactly(section);
    assertThat(section.get(diff).getAllFields()).isEmpty();
  }

  @Test
  void takesZeroCapabilitiesAsUnchangedAndOthersAsNew() {
    AgentToServer bare = AgentToServer.getDefaultInstance();
    assertThat(Reports.merge(FULL, bare)).isSameAs(FULL);
    assertThat(Reports.merge(FULL, bare.toBuilder().setCapabilities(1).build()).getCapabilities())
        .as("E-37")
        .isEqualTo(1);
  }

  @Test
  void keepsNoOneShotFieldsNorTheSequenceNumber() {
    AgentToServer message =
        FULL.toBuilder()
            .setSequenceNum(7)
            .setFlags(1)
            .setAgentDisconnect(AgentDisconnect.getDefaultInstance())
            .setCustomMessage(CustomMessage.newBuilder().setCapability("c"))
            .build();
    assertThat(Reports.facts(message)).isEqualTo(FULL);
    assertThat(Reports.merge(AgentToServer.getDefaultInstance(), message)).isEqualTo(FULL);
  }

  @Test
  void reducesACatalogueToItsHash() {
    AgentToServer reduced = Reports.withoutCatalogue(FULL);
    assertThat(reduced.getAvailableComponents().getHash())
        .isEqualTo(FULL.getAvailableComponents().getHash());
    assertThat(reduced.getAvailableComponents().getComponentsMap()).isEmpty();
    assertThat(Reports.withoutCatalogue(reduced)).isSameAs(reduced);
  }

  @Test
  void keepsFieldsInsideASectionThatAreNotKnownYet() {
    ComponentHealth health =
        ComponentHealth.newBuilder()
            .setUnknownFields(
                com.google.protobuf.UnknownFieldSet.newBuilder()
                    .addField(
                        2000,
                        com.google.protobuf.UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                    .build())
            .build();
    AgentToServer merged =
        Reports.merge(FULL, AgentToServer.newBuilder().setHealth(health).build());
    assertThat(merged.getHealth().getUnknownFields().hasField(2000)).isTrue();
  }

  @Test
  void knowsWhatEachCapabilityPromises() {
    assertThat(Section.promisedBy(0)).containsExactly(Section.AGENT_DESCRIPTION);
    assertThat(Section.promisedBy(AgentCapabilities.AgentCapabilities_ReportsHealth_VALUE))
        .containsExactlyInAnyOrder(Section.AGENT_DESCRIPTION, Section.HEALTH);
    assertThat(Section.promisedBy(0xFFFF))
        .as("no bit promises custom capabilities")
        .hasSize(7)
        .doesNotContain(Section.CUSTOM_CAPABILITIES);
    assertThat(FULL.getAvailableComponents().getComponentsMap())
        .containsEntry("receivers", ComponentDetails.getDefaultInstance());
  }
}
