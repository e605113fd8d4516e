package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.StateHistory;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StatusHistoriesTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private static final ConnectionState[] STATES = ConnectionState.values();

  private final StatusHistories histories = new StatusHistories(100);

  @Test
  void keepsTheLastChangesOfEachAgent() {
    InstanceUid uid = new InstanceUid(1, 1);
    for (int i = 0; i < 50; i++) {
      change(uid, i % STATES.length, (i + 1) % STATES.length, i);
    }
    assertThat(histories.find(uid).changes())
        .hasSize(StatusHistories.MOST_PER_AGENT)
        .last()
        .extracting(StateHistory.Change::at)
        .isEqualTo(START.plusSeconds(49));
    assertThat(histories.find(new InstanceUid(1, 2)).changes()).isEmpty();
  }

  @Test
  void forgetsTheAgentThatHasBeenQuietForLongestFirst() {
    for (int agent = 0; agent < 100; agent++) {
      change(new InstanceUid(1, agent), 0, 1, agent);
    }
    change(new InstanceUid(1, 0), 1, 2, 100);
    change(new InstanceUid(1, 200), 0, 1, 101);
    assertThat(histories.find(new InstanceUid(1, 0)).changes()).hasSize(2);
    assertThat(histories.find(new InstanceUid(1, 1)).changes()).isEmpty();
    assertThat(histories.find(new InstanceUid(1, 2)).changes()).isEmpty();
    assertThat(histories.find(new InstanceUid(1, 3)).changes()).hasSize(1);
  }

  @Test
  void neverKeepsMoreThanItMay() {
    for (long seed = 1; seed <= 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      StatusHistories small = new StatusHistories(100);
      for (int i = 0; i < 2_000; i++) {
        small.happened(
            changed(
                new InstanceUid(1, random.nextInt(40)),
                random.nextInt(STATES.length),
                random.nextInt(STATES.length),
                i));
        int kept = 0;
        for (int agent = 0; agent < 40; agent++) {
          kept += small.find(new InstanceUid(1, agent)).changes().size();
        }
        assertThat(small.size()).as("seed %s, change %s", seed, i).isEqualTo(kept);
        assertThat(kept).as("seed %s, change %s", seed, i).isBetween(0, 100);
      }
    }
  }

  @Test
  void goesOnUnderANewUid_D4() {
    InstanceUid old = new InstanceUid(1, 1);
    InstanceUid fresh = new InstanceUid(1, 2);
    change(old, 0, 1, 0);
    histories.happened(new AgentEvent.UidAssigned(old, START, fresh));
    assertThat(histories.find(fresh).changes()).hasSize(1);
  }

  private void change(InstanceUid uid, int from, int to, int second) {
    histories.happened(changed(uid, from, to, second));
  }

  private static AgentEvent changed(InstanceUid uid, int from, int to, int second) {
    return new AgentEvent.StatusChanged(
        uid,
        START.plusSeconds(second),
        new AgentStatus(STATES[from], "before"),
        new AgentStatus(STATES[to], "after"));
  }
}
