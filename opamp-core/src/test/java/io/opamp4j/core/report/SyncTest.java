package io.opamp4j.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.AgentToServer;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyncTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final AgentToServer FULL = RandomReports.withAllSections(0);

  @ParameterizedTest(name = "E-20: {0} then {1} {2}")
  @CsvSource({
    "0, 1, is in step",
    "7, 8, is in step",
    "7, 7, repeats",
    "0, 3, is a gap",
    "7, 6, is a gap",
    "-1, 0, is in step",
    "9223372036854775807, -9223372036854775808, is in step",
    "5, 0, is a gap",
  })
  void comparesSequenceNumbers(long first, long second, String outcome) {
    Sync sync = received(Sync.NEW, at(first, FULL));
    AgentToServer heartbeat = at(second, AgentToServer.getDefaultInstance());
    boolean repeats = sync.repeats(heartbeat);
    Sync after = received(sync, heartbeat);
    assertThat(repeats).isEqualTo(outcome.equals("repeats"));
    assertThat(after.inStep()).isEqualTo(!outcome.equals("is a gap"));
    assertThat(after.asksNow(T0)).isEqualTo(outcome.equals("is a gap"));
    assertThat(after.sequence()).isEqualTo(second);
  }

  @Test
  void takesAnyFirstNumberOfAFullReport() {
    assertThat(received(Sync.NEW, at(42, FULL)).inStep()).isTrue();
  }

  @Test
  void wantsTheFullStateOfAnAgentItHearsFirstWithACompressedReport() {
    AgentToServer heartbeat = at(8, AgentToServer.newBuilder().setCapabilities(0x0801).build());
    Sync sync = Sync.NEW.received(heartbeat, FULL);
    assertThat(sync.asksNow(T0)).isTrue();
    assertThat(sync.awaited())
        .as("what storage has of it may be out of date")
        .contains(Section.AGENT_DESCRIPTION, Section.HEALTH);
  }

  @Test
  void goesOnAskingWhenTheAnswerThatAskedWasLost() {
    Sync sync = received(Sync.NEW, at(0, FULL));
    sync = received(sync, at(3, AgentToServer.getDefaultInstance())).asked(T0);
    sync = received(sync, at(4, AgentToServer.getDefaultInstance()));
    assertThat(sync.asksNow(T0)).isTrue();
    sync = received(sync.asked(T0), at(5, FULL));
    assertThat(sync.inStep()).isTrue();
  }

  @Test
  void takesSectionsThatArriveOneByOne() {
    Sync sync = received(Sync.NEW, at(0, FULL));
    sync = received(sync, at(2, AgentToServer.getDefaultInstance()));
    for (Section section : Section.values()) {
      AgentToServer.Builder message = AgentToServer.newBuilder();
      section.set(message, section.get(FULL));
      sync = received(sync.asked(T0), at(sync.sequence() + 1, message.build()));
    }
    assertThat(sync.inStep()).isTrue();
  }

  @Test
  void doesNotWaitForResultsOfOffersThatWereNeverMade() {
    AgentToServer fresh =
        FULL.toBuilder()
            .clearRemoteConfigStatus()
            .clearPackageStatuses()
            .clearConnectionSettingsStatus()
            .build();
    assertThat(Sync.NEW.received(at(0, fresh), fresh).inStep()).isTrue();
    AgentToServer withoutHealth = fresh.toBuilder().clearHealth().build();
    assertThat(Sync.NEW.received(at(0, withoutHealth), withoutHealth).awaited())
        .containsExactly(Section.HEALTH);
  }

  @Test
  void givesUpOnASectionThatFullReportsDoNotHave() {
    AgentToServer lacking = FULL.toBuilder().clearEffectiveConfig().build();
    Sync sync = Sync.NEW.received(at(0, lacking), lacking);
    int asks = 0;
    for (int seq = 1; seq < 20 && sync.asksNow(T0); seq++) {
      sync = sync.asked(T0).received(at(seq, lacking), lacking);
      asks++;
    }
    assertThat(asks).isEqualTo(Sync.FULL_REPORTS);
    assertThat(sync.inStep()).isTrue();
  }

  @Test
  void slowsDownWhenAnAgentIgnoresTheFlag() {
    AgentToServer heartbeat = AgentToServer.newBuilder().setCapabilities(1).build();
    Sync sync = Sync.NEW;
    Instant now = T0;
    int asks = 0;
    for (int seq = 0; seq < 600; seq++, now = now.plusSeconds(1)) {
      sync = sync.received(at(seq, heartbeat), heartbeat);
      if (sync.asksNow(now)) {
        sync = sync.asked(now);
        asks++;
      }
    }
    assertThat(asks).isBetween(10, 3 + 600 / 30);
  }

  private static Sync received(Sync sync, AgentToServer message) {
    return sync.received(message, Reports.merge(FULL, message));
  }

  private static AgentToServer at(long sequence, AgentToServer message) {
    return message.toBuilder().setSequenceNum(sequence).build();
  }
}
