package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One page of stored configurations, in ascending order of name.
 *
 * @param items those that can be read
 * @param unreadable those of the same stretch that cannot, so that nobody takes them for absent
 * @param next where the next page starts, for {@link ConfigurationStore#list}; empty at the end
 */
public record ConfigurationList(
    List<Configuration> items,
    List<UnreadableConfigurationException> unreadable,
    Optional<String> next) {
  public ConfigurationList {
    items = List.copyOf(items);
    unreadable = List.copyOf(unreadable);
    requireNonNull(next, "next");
  }
}
