package io.opamp4j.client.transport;

import io.opamp4j.proto.OpAMPConnectionSettings;

/**
 * Opens connections. Its methods return at once: whatever may block, such as a name lookup or the
 * application's supplier of headers, runs on threads of the transport's own.
 */
public interface Transport extends AutoCloseable {

  /**
   * Starts to open a connection, when the one before is over.
   *
   * @param settings laid over those the transport was made with; usually the default instance
   * @param events hears how it goes, from the transport's threads
   */
  Link open(OpAMPConnectionSettings settings, LinkEvents events);

  /** Releases the threads. Links still open are of no more use. */
  @Override
  void close();
}
