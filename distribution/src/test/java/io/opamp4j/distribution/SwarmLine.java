package io.opamp4j.distribution;

/** How agents of a swarm reach the server. Belongs to the swarm's thread. */
interface SwarmLine {
  /** Connects, and stays from now on. */
  void join();

  /** Says goodbye as the protocol wants it, and stays away until it is to join again. */
  void leave();
}
