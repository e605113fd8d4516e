package io.opamp4j.server.transport;

import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Knows the parameters {@code after} and {@code name}, the start of a configuration's name. */
public final class FakeLiveEvents implements LiveEvents {
  @Override
  public Wish read(Map<String, List<String>> parameters, Optional<String> lastEventId) {
    if (parameters.containsKey("bad")) {
      return new Wish(event -> true, OptionalLong.empty(), Optional.of("{\"status\":400}"));
    }
    String start = parameters.getOrDefault("name", List.of("")).get(0);
    Optional<String> after =
        lastEventId.or(() -> parameters.getOrDefault("after", List.of()).stream().findFirst());
    return new Wish(
        event -> name(event).startsWith(start),
        after.isPresent() ? OptionalLong.of(Long.parseLong(after.get())) : OptionalLong.empty(),
        Optional.empty());
  }

  @Override
  public String kind(AgentEvent event) {
    return event.getClass().getSimpleName();
  }

  @Override
  public String json(EventJournal.Entry entry) {
    return "{\"name\":\"" + name(entry.event()) + "\"}";
  }

  private static String name(AgentEvent event) {
    return ((AgentEvent.ConfigOffered) event).configName();
  }
}
