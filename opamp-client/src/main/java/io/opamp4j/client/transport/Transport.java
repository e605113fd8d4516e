package io.opamp4j.client.transport;

import io.opamp4j.core.client.Duplex;

/**
 * Opens connections to one endpoint. Its methods return at once: whatever may block, such as a name
 * lookup or the application's supplier of headers, runs on threads of the transport's own.
 */
public interface Transport extends AutoCloseable {

  /** Whether the server may speak at any time, or only when asked. */
  Duplex duplex();

  /**
   * Starts to open a connection.
   *
   * @param events hears how it goes, from the transport's threads
   */
  Link open(LinkEvents events);

  /** Releases the threads. Links still open are of no more use. */
  @Override
  void close();
}
