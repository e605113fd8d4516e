package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.timing.Heartbeat;

/**
 * What the server has laid down for the connection.
 *
 * @param heartbeat how often to speak, or to poll if half-duplex
 * @param settingsHash of the last connection settings offer taken up; empty if none (E-31)
 */
record Terms(Heartbeat heartbeat, ByteString settingsHash) {

  /**
   * The server offers an interval (HB-04, HB-05, HB-07, E-26).
   *
   * @param seconds unsigned; 0 turns heartbeats off, but does not stop polling
   */
  Terms offered(long seconds, Duplex duplex) {
    Heartbeat offered =
        duplex == Duplex.HALF ? heartbeat.polling(seconds) : Heartbeat.ofSeconds(seconds);
    return new Terms(offered, settingsHash);
  }

  Terms tookUp(ByteString hash) {
    return new Terms(heartbeat, hash);
  }
}
