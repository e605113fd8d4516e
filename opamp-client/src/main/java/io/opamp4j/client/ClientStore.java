package io.opamp4j.client;

import io.opamp4j.proto.ClientMemory;
import java.io.IOException;
import java.util.Optional;

/**
 * Keeps what a client has to remember over restarts: its id and the number of its last message, the
 * last good configuration, verified connection settings and those being verified, package statuses.
 * Private keys and credentials are among it. To be implemented by applications that do not want
 * {@link FileClientStore}; one store belongs to one client.
 *
 * <p>{@link #load} is called once, by the thread that builds the client; {@link #save} by the
 * client's own thread, one call at a time, seldom: when one of those things changed, and once in a
 * thousand messages. It may block for as long as a disk takes. An exception does not stop the
 * client; the application hears of it by {@link ClientListener#onStoreFailed}.
 */
public interface ClientStore {

  /**
   * What was saved last; empty if nothing was.
   *
   * @throws IOException if there is something that cannot be read; the client then starts without a
   *     past
   */
  Optional<ClientMemory> load() throws IOException;

  /**
   * Replaces what was saved before. When this returns, the new memory survives a crash; if it does
   * not return, the old one does.
   */
  void save(ClientMemory memory) throws IOException;
}
