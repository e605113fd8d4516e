package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.opamp4j.server.fleet.Labels;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How many agents have which value of something. */
@Schema(description = "How many agents have which value")
record AgentTally(
    @Schema(requiredMode = REQUIRED, description = "Of agents that match, whatever they have")
        long total,
    @Schema(requiredMode = REQUIRED, description = "The 1,000 most frequent values")
        List<Count> counts) {
  private static final int MOST_VALUES = 1_000;
  private static final String LABEL = "label:";

  private static final Comparator<Count> MOST_FIRST =
      Comparator.comparingLong(Count::agents)
          .reversed()
          .thenComparing(Count::value, Comparator.nullsFirst(Comparator.naturalOrder()));

  /** One value. */
  @Schema(name = "AgentCount", description = "How many agents have a value")
  record Count(
      @Schema(description = "Left out for agents that have none") @Nullable String value,
      @Schema(requiredMode = REQUIRED) long agents) {}

  /** What of an agent is looked at. */
  @FunctionalInterface
  interface Trait {
    /** Empty if the agent has no value. */
    Optional<String> of(AgentView agent);
  }

  /** Reads the parameter {@code by}. */
  static Trait trait(@Nullable String by, List<FieldError> errors) {
    if (by != null && by.startsWith(LABEL) && by.length() > LABEL.length()) {
      String key = by.substring(LABEL.length());
      return agent -> Labels.one(agent.report(), agent.labels(), key);
    }
    switch (String.valueOf(by)) {
      case "state":
        return agent -> Optional.of(StateNames.name(agent.status().state()));
      case "health":
        return agent -> Optional.of(AgentFilter.Health.of(agent).word());
      case "configuration":
        return agent ->
            ConfigurationRef.parse(agent.target().configName()).map(ConfigurationRef::name);
      default:
        errors.add(new FieldError("by", "must be state, health, configuration or label:KEY"));
        return agent -> Optional.empty();
    }
  }

  static AgentTally of(AgentDirectory directory, AgentFilter filter, Trait trait) {
    Map<Optional<String>, Long> counts = new HashMap<>();
    try (Stream<AgentView> agents = directory.list(Optional.empty())) {
      agents.filter(filter::matches).forEach(agent -> counts.merge(trait.of(agent), 1L, Long::sum));
    }
    return new AgentTally(
        counts.values().stream().mapToLong(Long::longValue).sum(),
        counts.entrySet().stream()
            .map(count -> new Count(count.getKey().orElse(null), count.getValue()))
            .sorted(MOST_FIRST)
            .limit(MOST_VALUES)
            .toList());
  }
}
