package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.UID;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventJournalTest {
  private final ManualTime time = new ManualTime();
  private final EventJournal journal = new EventJournal(time);

  @Test
  void keepsTheLatestOnly() {
    for (int i = 0; i < EventJournal.CAPACITY + 7; i++) {
      happen("v" + i);
    }
    EventJournal.Reading all = journal.after(0, Optional.empty(), EventJournal.CAPACITY + 100);
    assertThat(all.entries()).hasSize(EventJournal.CAPACITY);
    assertThat(name(all.entries().get(0))).isEqualTo("v7");
    assertThat(all.last()).isEqualTo(all.entries().get(EventJournal.CAPACITY - 1).id());
  }

  @Test
  void numbersGoOnAboveThoseOfTheProcessBefore() {
    for (int i = 0; i < 5_000; i++) {
      happen("before");
    }
    long kept = journal.latest(Optional.empty(), 1).last();
    time.advance(Duration.ofSeconds(2));
    EventJournal restarted = new EventJournal(time);
    restarted.happened(new AgentEvent.ConfigOffered(UID, time.instant(), "after"));
    assertThat(restarted.after(kept, Optional.empty(), 10).entries()).hasSize(1);
  }

  @Test
  void saysHowFarItWasReadWhenTheLimitCutIt() {
    happen("a");
    happen("b");
    happen("c");
    EventJournal.Reading two = journal.after(0, Optional.empty(), 2);
    assertThat(two.last()).isEqualTo(two.entries().get(1).id());
    assertThat(journal.after(two.last(), Optional.empty(), 2).entries())
        .map(EventJournalTest::name)
        .containsExactly("c");
    assertThat(journal.after(0, Optional.empty(), 3).last())
        .as("all of it")
        .isEqualTo(journal.latest(Optional.empty(), 1).last());
  }

  @Test
  void readsOnInPiecesAndSaysWhatIsMissing() {
    long beginning = journal.last();
    assertThat(journal.read(beginning, 10))
        .isEqualTo(new EventJournal.Piece(List.of(), false, beginning));
    for (int i = 0; i < EventJournal.CAPACITY + 5; i++) {
      happen("v" + i);
    }
    EventJournal.Piece gone = journal.read(beginning, 3);
    assertThat(gone.gap()).isTrue();
    assertThat(gone.entries()).map(EventJournalTest::name).containsExactly("v5", "v6", "v7");
    EventJournal.Piece next = journal.read(gone.entries().get(2).id(), 2);
    assertThat(next.gap()).isFalse();
    assertThat(next.entries()).map(EventJournalTest::name).containsExactly("v8", "v9");
    assertThat(journal.read(beginning + 5, 1).gap()).as("all after it is there").isFalse();
    assertThat(journal.read(beginning + 4, 1).gap()).as("the one after it is not").isTrue();
    assertThat(journal.read(journal.last(), 1).gap()).isFalse();
    assertThat(journal.read(journal.last() + 1, 1).gap()).as("from another node").isTrue();
    assertThat(journal.read(0, 1).gap()).as("from the process before").isTrue();
  }

  @Test
  void callsListenersWhenTheEventCanBeRead() {
    List<Integer> readable = new ArrayList<>();
    long beginning = journal.last();
    journal.subscribe(() -> readable.add(journal.read(beginning, 10).entries().size()));
    happen("a");
    happen("b");
    assertThat(readable).containsExactly(1, 2);
  }

  private void happen(String name) {
    journal.happened(new AgentEvent.ConfigOffered(UID, time.instant(), name));
  }

  private static String name(EventJournal.Entry entry) {
    return ((AgentEvent.ConfigOffered) entry.event()).configName();
  }
}
