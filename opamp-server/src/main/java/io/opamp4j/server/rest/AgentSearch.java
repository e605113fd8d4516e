package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.Labels;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.server.fleet.SelectorSyntaxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which agents a listing shows.
 *
 * @param limit the most on one page
 * @param after only uids above this one; empty starts at the beginning
 * @param states only agents in one of these
 * @param selector only agents whose labels it matches
 */
record AgentSearch(
    int limit, Optional<InstanceUid> after, Set<ConnectionState> states, Selector selector) {

  AgentSearch {
    states = Set.copyOf(states);
  }

  /**
   * Reads the parameters of the listing; null or empty stands for one that was not given.
   *
   * @throws ProblemException if any is wrong, naming every one
   */
  static AgentSearch parse(
      @Nullable String limit,
      @Nullable String cursor,
      List<String> states,
      @Nullable String selector) {
    List<FieldError> errors = new ArrayList<>();
    int parsedLimit = Paging.limit(limit, errors);
    Optional<InstanceUid> after = parseCursor(cursor, errors);
    Set<ConnectionState> parsedStates = parseStates(states, errors);
    Selector parsedSelector = parseSelector(selector, errors);
    ProblemException.throwIfAny(errors);
    return new AgentSearch(parsedLimit, after, parsedStates, parsedSelector);
  }

  AgentPage run(AgentDirectory directory) {
    // One more than fits tells whether there is a next page.
    try (Stream<AgentView> agents = directory.list(after)) {
      List<AgentView> found = agents.filter(this::matches).limit(limit + 1L).toList();
      boolean more = found.size() > limit;
      List<AgentView> page = more ? found.subList(0, limit) : found;
      return new AgentPage(
          page.stream().map(AgentSummary::of).toList(),
          more ? page.get(limit - 1).uid().toString() : null);
    }
  }

  private boolean matches(AgentView agent) {
    return states.contains(agent.status().state())
        && selector.matches(Labels.of(agent.report(), agent.labels()));
  }

  private static Optional<InstanceUid> parseCursor(
      @Nullable String cursor, List<FieldError> errors) {
    if (cursor == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(InstanceUid.parse(cursor));
    } catch (IllegalArgumentException e) {
      errors.add(new FieldError("cursor", "must be the nextCursor of the page before"));
      return Optional.empty();
    }
  }

  private static Set<ConnectionState> parseStates(List<String> names, List<FieldError> errors) {
    if (names.isEmpty()) {
      return EnumSet.allOf(ConnectionState.class);
    }
    Set<ConnectionState> states = EnumSet.noneOf(ConnectionState.class);
    for (String name : names) {
      StateNames.parse(name)
          .ifPresentOrElse(
              states::add,
              () ->
                  errors.add(
                      new FieldError(
                          "state", "must be one of " + String.join(", ", StateNames.all()))));
    }
    return states;
  }

  private static Selector parseSelector(@Nullable String text, List<FieldError> errors) {
    if (text == null) {
      return Selector.EVERYTHING;
    }
    try {
      return Selector.parse(text);
    } catch (SelectorSyntaxException e) {
      errors.add(new FieldError("selector", String.valueOf(e.getMessage()), null, e.position()));
      return Selector.EVERYTHING;
    }
  }
}
