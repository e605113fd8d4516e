package io.opamp4j.core.client;

import io.opamp4j.core.timing.Heartbeat;
import java.time.Instant;

/**
 * How fast the client goes.
 *
 * @param heartbeat how often to speak, or to poll if half-duplex
 * @param allowance what the server may still provoke
 * @param failures how many attempts in a row have failed
 */
record Pace(Heartbeat heartbeat, Allowance allowance, int failures) {

  Pace failed() {
    return new Pace(heartbeat, allowance, Math.min(failures + 1, Integer.MAX_VALUE - 1));
  }

  Pace recovered() {
    return new Pace(heartbeat, allowance, 0);
  }

  Pace spending(Instant now) {
    return new Pace(heartbeat, allowance.spend(now), failures);
  }

  /**
   * The server offers an interval (HB-04, HB-05, HB-07, E-26).
   *
   * @param seconds unsigned; 0 turns heartbeats off, but does not stop polling
   */
  Pace offered(long seconds, Duplex duplex) {
    Heartbeat offered =
        duplex == Duplex.HALF ? heartbeat.polling(seconds) : Heartbeat.ofSeconds(seconds);
    return new Pace(offered, allowance, failures);
  }

  /** The interval on such a connection: who polls cannot be told to be silent. */
  Heartbeat on(Duplex duplex) {
    return duplex == Duplex.HALF && !heartbeat.enabled() ? Heartbeat.DEFAULT : heartbeat;
  }
}
