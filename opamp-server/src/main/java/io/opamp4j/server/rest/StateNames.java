package io.opamp4j.server.rest;

import io.opamp4j.core.server.ConnectionState;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How states are spelt for people: {@code Connected}. */
final class StateNames {
  private StateNames() {}

  static String name(ConnectionState state) {
    return state.name().charAt(0) + state.name().substring(1).toLowerCase(Locale.ROOT);
  }

  /** Reads a name, upper or lower case. */
  static Optional<ConnectionState> parse(String name) {
    return Arrays.stream(ConnectionState.values())
        .filter(state -> state.name().equalsIgnoreCase(name))
        .findFirst();
  }

  static List<String> all() {
    return Arrays.stream(ConnectionState.values()).map(StateNames::name).toList();
  }
}
