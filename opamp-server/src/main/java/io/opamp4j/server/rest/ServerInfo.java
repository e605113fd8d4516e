package io.opamp4j.server.rest;

import static java.util.Objects.requireNonNull;

/**
 * Which server this is; bound by whoever boots.
 *
 * @param version of the product, such as {@code 0.1.0}
 * @param node the name of this node among those that share a store
 */
public record ServerInfo(String version, String node) {
  public ServerInfo {
    requireNonNull(version, "version");
    requireNonNull(node, "node");
  }
}
