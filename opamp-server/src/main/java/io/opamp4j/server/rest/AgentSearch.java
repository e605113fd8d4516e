package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which agents a listing shows, and in which order.
 *
 * @param filter only these agents
 * @param sort the order
 * @param after only agents behind this place; empty starts at the beginning
 * @param limit the most on one page
 * @param count whether all that match are counted
 */
record AgentSearch(
    AgentFilter filter, AgentSort sort, Optional<AgentSort.Place> after, int limit, boolean count) {

  /** The parameters as they were sent, beside those of the filter; null: not given. */
  record Parameters(
      @Nullable String limit,
      @Nullable String cursor,
      @Nullable String sort,
      @Nullable String count) {}

  /**
   * Reads the parameters of the listing.
   *
   * @throws ProblemException if any is wrong, naming every one
   */
  static AgentSearch parse(AgentFilter.Parameters which, Parameters how) {
    List<FieldError> errors = new ArrayList<>();
    int limit = Paging.limit(how.limit(), errors);
    AgentSort sort = parseSort(how.sort(), errors);
    Optional<AgentSort.Place> after = parseCursor(how.cursor(), sort, errors);
    AgentFilter filter = which.parse(errors);
    boolean count = parseCount(how.count(), errors);
    ProblemException.throwIfAny(errors);
    return new AgentSearch(filter, sort, after, limit, count);
  }

  AgentPage run(AgentDirectory directory) {
    // One more than fits tells whether there is a next page.
    List<Found> found = sort.equals(AgentSort.USUAL) ? inOrder(directory) : sorted(directory);
    Long total = count ? count(directory) : null;
    boolean more = found.size() > limit;
    List<Found> page = more ? found.subList(0, limit) : found;
    return new AgentPage(
        page.stream().map(one -> AgentSummary.of(one.agent())).toList(),
        more ? sort.cursor(page.get(limit - 1).place()) : null,
        total);
  }

  /** Agents are kept in this order, so the rest need not be looked at. */
  private List<Found> inOrder(AgentDirectory directory) {
    Optional<InstanceUid> above = after.map(AgentSort.Place::uid);
    try (Stream<AgentView> agents = directory.list(above)) {
      return agents
          .filter(filter::matches)
          .limit(limit + 1L)
          .map(agent -> new Found(sort.place(agent), agent))
          .toList();
    }
  }

  private List<Found> sorted(AgentDirectory directory) {
    Comparator<Found> order = Comparator.comparing(Found::place, sort.order());
    // The last of those kept first, for it gives way to a better one.
    PriorityQueue<Found> best = new PriorityQueue<>(order.reversed());
    try (Stream<AgentView> agents = directory.list(Optional.empty())) {
      agents.forEach(
          agent -> {
            Found next = new Found(sort.place(agent), agent);
            if (isBehindCursor(next)
                && (best.size() <= limit || order.compare(next, best.element()) < 0)
                && filter.matches(agent)) {
              best.add(next);
              if (best.size() > limit + 1) {
                best.remove();
              }
            }
          });
    }
    return best.stream().sorted(order).toList();
  }

  private boolean isBehindCursor(Found found) {
    return after.isEmpty() || sort.order().compare(found.place(), after.get()) > 0;
  }

  private long count(AgentDirectory directory) {
    try (Stream<AgentView> agents = directory.list(Optional.empty())) {
      return agents.filter(filter::matches).count();
    }
  }

  private static AgentSort parseSort(@Nullable String text, List<FieldError> errors) {
    if (text == null) {
      return AgentSort.USUAL;
    }
    Optional<AgentSort> sort = AgentSort.parse(text);
    if (sort.isEmpty()) {
      errors.add(
          new FieldError(
              "sort", "must be one of " + AgentSort.words() + ", perhaps with - before it"));
    }
    return sort.orElse(AgentSort.USUAL);
  }

  private static Optional<AgentSort.Place> parseCursor(
      @Nullable String cursor, AgentSort sort, List<FieldError> errors) {
    if (cursor == null) {
      return Optional.empty();
    }
    Optional<AgentSort.Place> place = sort.parseCursor(cursor);
    if (place.isEmpty()) {
      errors.add(
          new FieldError("cursor", "must be the nextCursor of the page before, in the same order"));
    }
    return place;
  }

  private static boolean parseCount(@Nullable String text, List<FieldError> errors) {
    if (text != null && !text.equals("true") && !text.equals("false")) {
      errors.add(new FieldError("count", "must be true or false"));
    }
    return "true".equals(text);
  }

  /** An agent and where it stands in this order. */
  private record Found(AgentSort.Place place, AgentView agent) {}
}
