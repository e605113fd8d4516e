package io.opamp4j.server.rest;

import io.opamp4j.core.report.Section;
import io.opamp4j.core.server.AgentEvent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Events in plain words and as fields. A kind without words of its own here is told by its name,
 * and with all its fields. Pure.
 */
final class EventTexts {
  /** Every event has them, and they are shown elsewhere. */
  private static final Set<String> COMMON = Set.of("uid", "at");

  private EventTexts() {}

  static String text(AgentEvent event) {
    if (event instanceof AgentEvent.StatusChanged changed) {
      return changed.from().state() == changed.to().state()
          ? "still " + StateNames.name(changed.to().state()) + ": " + changed.to().reason()
          : StateNames.name(changed.from().state())
              + " -> "
              + StateNames.name(changed.to().state())
              + ": "
              + changed.to().reason();
    }
    if (event instanceof AgentEvent.FullStateRequested asked) {
      return "asked for its full state; missing: " + sections(asked.awaited());
    }
    if (event instanceof AgentEvent.ConfigOffered offered) {
      return "configuration " + offered.configName() + " was sent";
    }
    if (event instanceof AgentEvent.UidAssigned assigned) {
      return "was told to use the uid " + assigned.newUid();
    }
    if (event instanceof AgentEvent.NoReportsStatus) {
      return "does not set ReportsStatus, which every agent must";
    }
    if (event instanceof AgentEvent.OrderSent sent) {
      return "order " + sent.order() + " was sent: " + sent.what();
    }
    if (event instanceof AgentEvent.TakenOver taken) {
      return "went on at " + taken.remoteAddress() + " without a break: " + taken.reason();
    }
    if (event instanceof AgentEvent.DuplicateUid duplicate) {
      return "a second agent with this uid, at "
          + duplicate.remoteAddress()
          + ", was told to use "
          + duplicate.newUid();
    }
    return words(event.getClass().getSimpleName());
  }

  static Map<String, String> fields(AgentEvent event) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (event instanceof AgentEvent.StatusChanged changed) {
      fields.put("from", StateNames.name(changed.from().state()));
      fields.put("to", StateNames.name(changed.to().state()));
      fields.put("reason", changed.to().reason());
    } else if (event instanceof AgentEvent.FullStateRequested asked) {
      fields.put("awaited", sections(asked.awaited()));
    } else {
      for (RecordComponent component : event.getClass().getRecordComponents()) {
        if (!COMMON.contains(component.getName())) {
          fields.put(component.getName(), String.valueOf(value(component, event)));
        }
      }
    }
    return fields;
  }

  private static Object value(RecordComponent component, AgentEvent event) {
    try {
      return component.getAccessor().invoke(event);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("events are public records", e);
    }
  }

  private static String sections(Set<Section> sections) {
    return sections.stream()
        .sorted()
        .map(section -> section.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** {@code TakenOver} becomes "taken over". */
  private static String words(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
