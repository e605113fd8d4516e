package io.opamp4j.core.client;

/** A message the server has asked for, whether or not anything changed. */
enum Demand {
  /** ReportFullState (SEQ-05). */
  FULL_STATE,
  /** ReportAvailableComponents: the catalogue itself, not its hash (COMP-05). */
  CATALOGUE,
  /** A new uid was assigned, and the server should hear it in use (D4). */
  NEW_UID
}
