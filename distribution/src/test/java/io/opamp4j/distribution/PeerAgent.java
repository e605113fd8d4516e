package io.opamp4j.distribution;

import io.opamp4j.core.InstanceUid;

/**
 * An agent in the test's process that talks to the server's; what it does with an offer, the test
 * says.
 */
interface PeerAgent extends AutoCloseable {

  /** The uid it goes by. */
  InstanceUid uid();

  /**
   * Waits until a configuration has come in that was not taken before, and returns the body of its
   * one file.
   */
  String takeOffer();

  /** Tells the server that the offer taken last is in use. */
  void reportApplied();

  /** Ends its connection and its threads. */
  @Override
  void close();
}
