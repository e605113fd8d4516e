package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import io.opamp4j.server.fleet.Labels;
import io.opamp4j.server.fleet.Selector;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The live stream of events as this API has it: the same parameters and the same events. */
final class EventStreamFormat implements LiveEvents {
  static final Set<String> KINDS =
      Arrays.stream(AgentEvent.class.getPermittedSubclasses())
          .map(Class::getSimpleName)
          .collect(Collectors.toCollection(TreeSet::new));

  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final List<String> KNOWN = List.of("after", "agent", "kind", "selector");

  private final AgentDirectory directory;
  private final JsonBodies json = new JsonBodies();

  @Inject
  EventStreamFormat(AgentDirectory directory) {
    this.directory = directory;
  }

  @Override
  public Wish read(Map<String, List<String>> parameters, Optional<String> lastEventId) {
    List<FieldError> errors = new ArrayList<>();
    parameters.forEach(
        (name, values) -> {
          if (!KNOWN.contains(name)) {
            errors.add(new FieldError(name, "is not known; known are " + String.join(", ", KNOWN)));
          } else if (values.size() > 1 && !name.equals("kind")) {
            errors.add(new FieldError(name, "may be given only once"));
          }
        });
    Optional<InstanceUid> agent =
        one(parameters, "agent").flatMap(text -> EventsResource.uid(text, errors));
    Set<String> kinds = Set.copyOf(parameters.getOrDefault("kind", List.of()));
    if (!KINDS.containsAll(kinds)) {
      errors.add(new FieldError("kind", "must be one of " + String.join(", ", KINDS)));
    }
    Optional<Selector> selector =
        one(parameters, "selector").map(text -> AgentFilter.parseSelector(text, errors));
    Optional<Long> after =
        lastEventId
            .map(text -> EventsResource.id(LAST_EVENT_ID, text, errors))
            .or(
                () ->
                    one(parameters, "after").map(text -> EventsResource.id("after", text, errors)));
    return new Wish(
        event ->
            (agent.isEmpty() || agent.get().equals(event.uid()))
                && (kinds.isEmpty() || kinds.contains(kind(event)))
                && (selector.isEmpty() || matches(selector.get(), event)),
        after.map(OptionalLong::of).orElse(OptionalLong.empty()),
        errors.isEmpty()
            ? Optional.empty()
            : Optional.of(
                json.text(Problem.invalidRequest("the request for events is not valid", errors))));
  }

  @Override
  public String kind(AgentEvent event) {
    return event.getClass().getSimpleName();
  }

  @Override
  public String json(EventJournal.Entry entry) {
    return json.text(EventEntry.of(entry));
  }

  /** An agent that is forgotten by now has no labels. */
  private boolean matches(Selector selector, AgentEvent event) {
    return selector.matches(
        directory
            .find(event.uid())
            .map(agent -> Labels.of(agent.report(), agent.labels()))
            .orElse(Map.of()));
  }

  private static Optional<String> one(Map<String, List<String>> parameters, String name) {
    return parameters.getOrDefault(name, List.of()).stream().findFirst();
  }
}
