package io.opamp4j.core.rollout;

/**
 * Where a rollout stands.
 *
 * <pre>
 *   start ──▶ RUNNING ──stage complete──▶ WAITING ──continue──▶ RUNNING
 *                │                           │
 *                ├──pause, too many errors───┴──▶ PAUSED ──resume──▶ RUNNING
 *                │
 *                └──last stage complete──▶ DONE
 *
 *   RUNNING, WAITING, PAUSED ──cancel──▶ CANCELLED
 *   RUNNING, WAITING, PAUSED, CANCELLED, DONE ──roll back──▶ ROLLING_BACK ──all returned──▶ ROLLED_BACK
 * </pre>
 *
 * Retrying the failed is possible in every phase before the rolling back and changes none. A
 * rollout that was paused while it waited waits again once it is resumed.
 */
public enum RolloutPhase {
  /** Steps are taken. */
  RUNNING,
  /** A stage is complete; the next one begins when the operator says so. */
  WAITING,
  /** No step is taken before the operator says so. Who has the version keeps it. */
  PAUSED,
  /** Stopped for good where it was. Who was released keeps the version, nobody else gets it. */
  CANCELLED,
  /** Every stage is complete; whoever comes later gets the version at once. */
  DONE,
  /** Agents are being returned to the old version. */
  ROLLING_BACK,
  /** Everybody is to have the old version again. */
  ROLLED_BACK;

  /** Whether it leads to the old version. */
  public boolean isBackward() {
    return this == ROLLING_BACK || this == ROLLED_BACK;
  }

  /** Whether nothing happens any more unless an operator wants it. */
  public boolean isOver() {
    return this == CANCELLED || this == DONE || this == ROLLED_BACK;
  }
}
