package io.opamp4j.server;

import java.net.InetSocketAddress;

/** Where the server listens. Bound by the transport; thread-safe. */
@FunctionalInterface
public interface ListenAddress {

  /**
   * The bound address with its real port.
   *
   * @throws IllegalStateException while the listener is not started
   */
  InetSocketAddress get();
}
