package io.opamp4j.ctl.command;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the program is given by whoever starts it.
 *
 * @param environment variables
 * @param home the user's folder
 * @param clock for ages and waiting
 * @param keys names for orders, never the same twice
 * @param pause waits that long
 */
record Surroundings(
    Streams streams,
    Map<String, String> environment,
    Path home,
    InstantSource clock,
    Supplier<String> keys,
    Consumer<Duration> pause) {
  Surroundings {
    environment = Map.copyOf(environment);
  }
}
