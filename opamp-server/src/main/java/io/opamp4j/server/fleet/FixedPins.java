package io.opamp4j.server.fleet;

import java.util.Set;

/** Tells the fleet which versions agents are pinned to, so that they are at hand. Thread-safe. */
@FunctionalInterface
public interface FixedPins {

  /** Those versions as of now, from memory; some may not exist any more. */
  Set<ConfigurationRef> versions();
}
