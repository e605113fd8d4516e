package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The agents that failed. Bounded: after {@value #MOST} a rollout pauses whatever its limit is, and
 * further ones are not noted until the failed are retried (they are not offered the version
 * nevertheless, by what they report). Of many different texts only the first {@value #MOST_TEXTS}
 * are kept.
 *
 * @param failures by agent, in the order in which they were noted
 * @param forgiven how many errors there were when the operator last said to go on
 * @param retrying those that reported FAILED and are offered the version once more, until they
 *     answer
 */
public record Faults(Map<InstanceUid, Failure> failures, long forgiven, Set<InstanceUid> retrying) {
  /** How many failures are noted at most. */
  public static final int MOST = 4096;

  static final Faults NONE = new Faults(Map.of(), 0, Set.of());

  private static final int MOST_TEXTS = 64;

  public Faults {
    failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    retrying = Set.copyOf(retrying);
  }

  /** How many of them count for the error limit. */
  public long errors() {
    return failures.values().stream().filter(failure -> failure.kind().isError()).count();
  }

  boolean areFull() {
    return failures.size() >= MOST;
  }

  Faults noting(InstanceUid uid, Failure failure) {
    Map<InstanceUid, Failure> more = new LinkedHashMap<>(failures);
    more.put(uid, isOneTextTooMany(failure.text()) ? failure.with("another error") : failure);
    return new Faults(more, forgiven, without(uid));
  }

  Faults forgiving() {
    return new Faults(failures, errors(), retrying);
  }

  Faults answered(InstanceUid uid) {
    return retrying.contains(uid) ? new Faults(failures, forgiven, without(uid)) : this;
  }

  /** Everything is forgotten, but for those whose last word is FAILED and who get a new chance. */
  Faults retrying(Collection<InstanceUid> uids) {
    Set<InstanceUid> all = new HashSet<>(retrying);
    all.addAll(uids);
    return new Faults(Map.of(), 0, all);
  }

  private Set<InstanceUid> without(InstanceUid uid) {
    if (!retrying.contains(uid)) {
      return retrying;
    }
    Set<InstanceUid> rest = new HashSet<>(retrying);
    rest.remove(uid);
    return rest;
  }

  private boolean isOneTextTooMany(String text) {
    if (failures.size() < MOST_TEXTS) {
      return false;
    }
    Set<String> texts = new HashSet<>();
    failures.values().forEach(failure -> texts.add(failure.text()));
    return texts.size() >= MOST_TEXTS && !texts.contains(text);
  }
}
