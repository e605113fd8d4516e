package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutState;
import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.fleet.RolloutStore;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Every state that any node wrote of one rollout. Each must follow from the one before it. */
final class RolloutHistory {
  private static final String KIND = "rollout";
  private static final Map<RolloutPhase, Set<RolloutPhase>> NEXT = next();

  private final String name;
  private final RolloutStore store;
  private final InstantSource clock;
  private final Consumer<String> happened;
  private ConfigurationRollout last;

  /**
   * @param store on the storage itself
   * @param happened hears what is worth counting
   */
  RolloutHistory(String name, RolloutStore store, InstantSource clock, Consumer<String> happened) {
    this.name = name;
    this.store = store;
    this.clock = clock;
    this.happened = happened;
  }

  boolean hasBegun() {
    return last != null;
  }

  RolloutState state() {
    return last.state();
  }

  RolloutPhase phase() {
    return state().phase();
  }

  /** The documents of one node. */
  DocumentStore watching(DocumentStore node, Runnable beforeWrite, BooleanSupplier losesAnswer) {
    return new DocumentStore() {
      @Override
      public Optional<Document> find(String kind, String id) {
        return node.find(kind, id);
      }

      @Override
      public Document put(String kind, String id, ByteString body, long expectedVersion) {
        beforeWrite.run();
        Document written;
        try {
          written = node.put(kind, id, body, expectedVersion);
        } catch (VersionConflictException e) {
          happened.accept(kind.equals(KIND) ? "conflict" : "other conflict");
          throw e;
        }
        if (kind.equals(KIND)) {
          wrote();
        }
        if (losesAnswer.getAsBoolean()) {
          happened.accept("write not known to have happened");
          throw new StorageException("the answer was lost", true, null);
        }
        return written;
      }

      @Override
      public void remove(String kind, String id, long expectedVersion) {
        node.remove(kind, id, expectedVersion);
      }

      @Override
      public Page<Document> list(String kind, Optional<String> after, int limit) {
        return node.list(kind, after, limit);
      }

      @Override
      public List<String> kinds() {
        return node.kinds();
      }

      @Override
      public void restore(Document document) {
        node.restore(document);
      }
    };
  }

  private void wrote() {
    ConfigurationRollout before = last;
    last = store.find("web").orElseThrow();
    if (before == null) {
      assertThat(last.revision()).as(name).isEqualTo(1);
      return;
    }
    String what = "%s: %s, then %s".formatted(name, before.state(), last.state());
    assertThat(last.isSameAs(before)).as(what).isTrue();
    assertThat(last.revision()).as(what).isEqualTo(before.revision() + 1);
    assertThat(NEXT.get(before.state().phase())).as(what).contains(phase());
    if (!phase().isBackward()) {
      checkForward(before.state(), what);
    }
  }

  private void checkForward(RolloutState before, String what) {
    for (int stage = 0; stage < before.front().cuts().size(); stage++) {
      assertThat(
              Long.compareUnsigned(
                  before.front().cuts().get(stage), state().front().cuts().get(stage)))
          .as("%s: nobody is taken back", what)
          .isLessThanOrEqualTo(0);
    }
    int more = state().front().stage() - before.front().stage();
    assertThat(more).as("%s: one stage at a time", what).isBetween(0, 1);
    if (more == 1) {
      assertThat(last.chronicle().events())
          .as("%s: somebody said to continue", what)
          .anyMatch(
              event ->
                  event.kind() == RolloutEvent.Kind.CONTINUED
                      && event.at().equals(clock.instant()));
    }
  }

  private static Map<RolloutPhase, Set<RolloutPhase>> next() {
    Map<RolloutPhase, Set<RolloutPhase>> next = new EnumMap<>(RolloutPhase.class);
    Set<RolloutPhase> forward =
        EnumSet.of(
            RolloutPhase.RUNNING,
            RolloutPhase.WAITING,
            RolloutPhase.PAUSED,
            RolloutPhase.DONE,
            RolloutPhase.CANCELLED,
            RolloutPhase.ROLLING_BACK,
            RolloutPhase.ROLLED_BACK);
    next.put(RolloutPhase.RUNNING, forward);
    next.put(RolloutPhase.WAITING, forward);
    next.put(RolloutPhase.PAUSED, forward);
    Set<RolloutPhase> back = EnumSet.of(RolloutPhase.ROLLING_BACK, RolloutPhase.ROLLED_BACK);
    for (RolloutPhase over : List.of(RolloutPhase.DONE, RolloutPhase.CANCELLED)) {
      Set<RolloutPhase> after = EnumSet.copyOf(back);
      after.add(over);
      next.put(over, after);
    }
    next.put(RolloutPhase.ROLLING_BACK, back);
    next.put(RolloutPhase.ROLLED_BACK, EnumSet.of(RolloutPhase.ROLLED_BACK));
    return next;
  }
}
