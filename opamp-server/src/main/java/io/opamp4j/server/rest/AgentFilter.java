package io.opamp4j.server.rest;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.opamp4j.server.fleet.Labels;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.server.fleet.SelectorSyntaxException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Picks agents: those for which every part holds.
 *
 * @param states the agent is in one of these
 * @param selector its labels match
 * @param text its uid, a value of an attribute or label, its address or its configuration (as in
 *     {@code web v3}) contains this, upper or lower case; empty for any agent
 * @param configuration what it should have is a version of this; empty for any
 * @param version what it should have is of this version
 * @param health what it says of its health
 * @param node it is connected to this node, or was last; empty for any
 */
record AgentFilter(
    Set<ConnectionState> states,
    Selector selector,
    AnyCase text,
    Optional<String> configuration,
    Optional<Long> version,
    Optional<Health> health,
    Optional<String> node) {
  private static final int LONGEST_TEXT = 255;

  AgentFilter {
    states = Set.copyOf(states);
  }

  /** What an agent says of its health. */
  enum Health {
    HEALTHY,
    UNHEALTHY,
    /** It says nothing. */
    UNKNOWN;

    static Health of(AgentView agent) {
      if (!agent.report().hasHealth()) {
        return UNKNOWN;
      }
      return agent.report().getHealth().getHealthy() ? HEALTHY : UNHEALTHY;
    }

    /** As in queries and answers. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The parameters as they were sent; null or empty stands for one that was not given.
   *
   * @param states names of states
   */
  record Parameters(
      List<String> states,
      @Nullable String selector,
      @Nullable String q,
      @Nullable String configuration,
      @Nullable String version,
      @Nullable String health,
      @Nullable String node) {

    /** Reads them, adding to the errors what is wrong with them. */
    AgentFilter parse(List<FieldError> errors) {
      return new AgentFilter(
          parseStates(states, errors),
          parseSelector(selector, errors),
          parseText(errors),
          parseConfiguration(errors),
          parseVersion(errors),
          parseHealth(errors),
          Optional.ofNullable(node));
    }

    private AnyCase parseText(List<FieldError> errors) {
      if (q == null) {
        return AnyCase.NOTHING;
      }
      if (q.length() > LONGEST_TEXT) {
        errors.add(new FieldError("q", "must have at most " + LONGEST_TEXT + " characters"));
      }
      return new AnyCase(q);
    }

    private Optional<String> parseConfiguration(List<FieldError> errors) {
      if (configuration != null && !Configuration.isName(configuration)) {
        errors.add(new FieldError("configuration", "must be the name of a configuration"));
      }
      return Optional.ofNullable(configuration);
    }

    private Optional<Long> parseVersion(List<FieldError> errors) {
      if (version == null) {
        return Optional.empty();
      }
      if (configuration == null) {
        errors.add(new FieldError("version", "is that of a configuration, which must be given"));
      } else if (version.matches("[0-9]{1,18}")) {
        return Optional.of(Long.parseLong(version));
      } else {
        errors.add(new FieldError("version", "must be a number"));
      }
      return Optional.empty();
    }

    private Optional<Health> parseHealth(List<FieldError> errors) {
      if (health == null) {
        return Optional.empty();
      }
      for (Health known : Health.values()) {
        if (known.word().equals(health)) {
          return Optional.of(known);
        }
      }
      errors.add(new FieldError("health", "must be healthy, unhealthy or unknown"));
      return Optional.empty();
    }
  }

  boolean matches(AgentView agent) {
    if (!states.contains(agent.status().state())
        || health.filter(wanted -> wanted != Health.of(agent)).isPresent()
        || (node.isPresent() && !node.equals(agent.node()))
        || !hasTarget(agent)) {
      return false;
    }
    return selector.matches(key -> Labels.one(agent.report(), agent.labels(), key).orElse(null))
        && (text.isEmpty() || hasText(agent));
  }

  private boolean hasTarget(AgentView agent) {
    if (configuration.isEmpty()) {
      return true;
    }
    Optional<ConfigurationRef> target = ConfigurationRef.parse(agent.target().configName());
    return target
        .filter(ref -> ref.name().equals(configuration.get()))
        .filter(ref -> version.isEmpty() || version.get() == ref.version())
        .isPresent();
  }

  private boolean hasText(AgentView agent) {
    return Labels.any(agent.report(), agent.labels(), text::isIn)
        || text.isIn(agent.target().configName())
        || agent.remoteAddress().filter(text::isIn).isPresent()
        || text.isIn(agent.uid().toString());
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

  static Selector parseSelector(@Nullable String text, List<FieldError> errors) {
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
