package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How far a rollout has come. An agent is released when its place in the order of its stage is not
 * above the {@code cut} of that stage. Places and cuts are unsigned.
 *
 * @param stage the index of the stage that is being worked on, or was last
 * @param cuts for each stage the last place that is released; {@link #NOBODY}, {@link #EVERYBODY},
 *     or something in between
 * @param stepFrom the running step took the places above this one, up to the cut of the stage
 * @param steps how many steps were taken in this stage, or on the way back
 * @param stepAt when the last step was taken, or the stage was begun
 * @param given how many agents the steps have given the version
 */
public record Front(
    int stage, List<Long> cuts, long stepFrom, int steps, Instant stepAt, long given) {
  /** A cut below every place. */
  public static final long NOBODY = 0;

  /** A cut that no place is above. */
  public static final long EVERYBODY = -1;

  public Front {
    cuts = List.copyOf(cuts);
    requireNonNull(stepAt, "stepAt");
    if (stage < 0 || stage >= cuts.size()) {
      throw new IllegalArgumentException("stage %d of %d".formatted(stage, cuts.size()));
    }
  }

  static Front before(int stages, Instant now) {
    return new Front(0, Collections.nCopies(stages, NOBODY), NOBODY, 0, now, 0);
  }

  /** The cut of the stage that is being worked on. */
  long cut() {
    return cuts.get(stage);
  }

  boolean covers(int of, long place) {
    long cut = cuts.get(of);
    return cut != NOBODY && Long.compareUnsigned(place, cut) <= 0;
  }

  /** Whether the running step took this place. */
  boolean isInStep(int of, long place) {
    return of == stage && covers(of, place) && Long.compareUnsigned(place, stepFrom) > 0;
  }

  Front begun(int next, Instant now) {
    return new Front(next, cuts, cuts.get(next), 0, now, given);
  }

  Front stepped(long to, long more, Instant now) {
    return new Front(stage, cutting(stage, to), cut(), steps + 1, now, given + more);
  }

  /** Everybody in this stage has had a turn; there is no step that waits for anybody. */
  Front completed(int of) {
    return new Front(stage, cutting(of, EVERYBODY), EVERYBODY, steps, stepAt, given);
  }

  /** The way back begins. */
  Front turned(Instant now) {
    return new Front(stage, cuts, EVERYBODY, 0, now, given);
  }

  Front lowered(List<Long> to, Instant now) {
    return new Front(stage, to, EVERYBODY, steps + 1, now, given);
  }

  boolean isComplete() {
    return cut() == EVERYBODY;
  }

  private List<Long> cutting(int of, long to) {
    List<Long> others = new ArrayList<>(cuts);
    others.set(of, to);
    return others;
  }
}
