package io.opamp4j.server.config;

import static java.util.Objects.requireNonNull;

import com.google.inject.Module;
import io.opamp4j.server.ServerConfig;
import java.util.List;

/**
 * A configuration that was read and has no problem.
 *
 * @param server what the server is told
 * @param storage the chosen backend's bindings; installing them opens it
 * @param values every key with its value and source, fit to be shown
 */
public record Configuration(ServerConfig server, Module storage, List<EffectiveValue> values) {
  public Configuration {
    requireNonNull(server, "server");
    requireNonNull(storage, "storage");
    values = List.copyOf(values);
  }
}
