package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * How live events are asked for and how they read: what a transport that streams them needs of the
 * operators' API, which implements it. Thread-safe; never blocks.
 */
public interface LiveEvents {

  /**
   * What a subscriber asked for.
   *
   * @param wanted which events; called on any thread
   * @param after the number of the last event it has; empty if it wants those from now on
   * @param problem the body of the answer if the request is wrong, a problem of RFC 9457 with the
   *     status 400; then the rest does not count
   */
  record Wish(Predicate<AgentEvent> wanted, OptionalLong after, Optional<String> problem) {}

  /**
   * Reads a request.
   *
   * @param parameters of the query, by name
   * @param lastEventId the header of that name, which wins over the parameter {@code after}
   */
  Wish read(Map<String, List<String>> parameters, Optional<String> lastEventId);

  /** The kind of an event, one word. */
  String kind(AgentEvent event);

  /** An event as JSON, on one line. */
  String json(EventJournal.Entry entry);
}
