package io.opamp4j.core.rollout;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;

/** What an agent says about the version that is being rolled out. */
public enum Reported {
  /** It has applied that version. */
  APPLIED,
  /** It could not apply that version. */
  FAILED,
  /** Nothing final: it is still applying it, speaks of another version, or says nothing. */
  OTHER;

  /**
   * What a status means for the version with this hash. A result for any other hash is none.
   *
   * @param target not empty
   */
  public static Reported of(RemoteConfigStatus status, ByteString target) {
    if (target.isEmpty() || !status.getLastRemoteConfigHash().equals(target)) {
      return OTHER;
    }
    if (status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED) {
      return APPLIED;
    }
    return status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED ? FAILED : OTHER;
  }
}
