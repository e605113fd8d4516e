package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;

/**
 * One agent in its stage.
 *
 * @param place where it stands in the order of its stage, unsigned
 * @param view what was last heard of it
 * @param watch what is expected of it
 */
record Member(long place, AgentView view, Watch watch) {

  InstanceUid uid() {
    return view.uid();
  }

  Member with(Watch other) {
    return new Member(place, view, other);
  }

  /** Whether a step that reaches it makes use of its turn: it is there, or soon will be again. */
  boolean takesTurn() {
    return view.isDue() || watch.is(Watch.Kind.MISSED);
  }

  /** Whether the running step waits for it. */
  boolean isUnsettled() {
    return watch.is(Watch.Kind.AWAITED)
        || watch.is(Watch.Kind.PROVING)
        || watch.is(Watch.Kind.MISSED);
  }

  /** Whether it speaks of the new version as its own. */
  boolean holds() {
    return view.connected() && view.reported() != Reported.OTHER;
  }

  static int compare(long place, InstanceUid uid, Member other) {
    int byPlace = Long.compareUnsigned(place, other.place);
    return byPlace != 0 ? byPlace : uid.compareTo(other.uid());
  }
}
