package io.opamp4j.core.server;

import static io.opamp4j.core.server.ConnectionState.CONFIGURING;
import static io.opamp4j.core.server.ConnectionState.CONNECTED;
import static io.opamp4j.core.server.ConnectionState.DISCONNECTED;
import static io.opamp4j.core.server.ConnectionState.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.server.StateHistory.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateHistoryTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  private StateHistory history = StateHistory.ofLast(4);
  private Instant now = T0;

  @Test
  void keepsTheLastChangesWithTimeAndReason() {
    goes(DISCONNECTED, CONNECTED, 1);
    goes(CONNECTED, CONFIGURING, 1);
    goes(CONFIGURING, ERROR, 1);
    goes(ERROR, CONFIGURING, 600);
    goes(CONFIGURING, CONNECTED, 1);
    assertThat(history.changes())
        .extracting(Change::to)
        .containsExactly(CONFIGURING, ERROR, CONFIGURING, CONNECTED);
    assertThat(history.changes().get(3))
        .isEqualTo(
            new Change(
                T0.plusSeconds(604), T0.plusSeconds(604), 1, CONFIGURING, CONNECTED, "reason 604"));
  }

  @Test
  void staysTheSameWhenTheStateDoes() {
    goes(DISCONNECTED, CONNECTED, 1);
    StateHistory before = history;
    goes(CONNECTED, CONNECTED, 1);
    assertThat(history).isSameAs(before);
  }

  @Test
  void oneThatGoesBackAndForthDoesNotPushOutTheRest() {
    goes(CONFIGURING, ERROR, 1);
    goes(ERROR, CONNECTED, 1);
    for (int i = 0; i < 100; i++) {
      goes(CONNECTED, DISCONNECTED, 60);
      goes(DISCONNECTED, CONNECTED, 60);
    }
    List<Change> changes = history.changes();
    assertThat(changes)
        .extracting(Change::to)
        .containsExactly(ERROR, CONNECTED, DISCONNECTED, CONNECTED);
    assertThat(changes.get(3))
        .isEqualTo(new Change(now, T0.plusSeconds(122), 100, DISCONNECTED, CONNECTED, reason(now)));
    assertThat(changes.get(2).times()).isEqualTo(100);
  }

  @Test
  void whatComesAgainMuchLaterIsAChangeOfItsOwn() {
    goes(CONNECTED, DISCONNECTED, 1);
    goes(DISCONNECTED, CONNECTED, 1);
    goes(CONNECTED, DISCONNECTED, 299);
    assertThat(history.changes()).as("exactly the time").hasSize(2);
    goes(DISCONNECTED, CONNECTED, 301);
    assertThat(history.changes()).hasSize(3);
  }

  @Test
  void isBoundedAndItsLastChangeLeadsToThePresentStateWhateverHappens() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      history = StateHistory.ofLast(2 + random.nextInt(6));
      ConnectionState state = DISCONNECTED;
      for (int i = 0; i < 100; i++) {
        ConnectionState next = ConnectionState.values()[random.nextInt(3)];
        goes(state, next, random.nextInt(400));
        state = next;
        assertThat(history.changes()).hasSizeLessThanOrEqualTo(history.most());
        assertThat(history.changes()).extracting(Change::at).isSorted();
        if (!history.changes().isEmpty()) {
          Change last = history.changes().get(history.changes().size() - 1);
          assertThat(last.to()).as("seed %d", seed).isEqualTo(state);
        }
      }
    }
  }

  @Test
  void longReasonsAreShortened() {
    history = history.with(CONNECTED, new AgentStatus(ERROR, "x".repeat(100_000)), now);
    assertThat(history.changes().get(0).reason()).hasSize(300).endsWith("…");
  }

  @Test
  void aHistoryOfOneCannotSeeThereAndBack() {
    assertThatThrownBy(() -> StateHistory.ofLast(1)).isInstanceOf(IllegalArgumentException.class);
  }

  private void goes(ConnectionState from, ConnectionState to, int secondsLater) {
    now = now.plus(Duration.ofSeconds(secondsLater));
    history = history.with(from, new AgentStatus(to, reason(now)), now);
  }

  private static String reason(Instant at) {
    return "reason " + Duration.between(T0, at).toSeconds();
  }
}
