package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.OrderDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is to be done with many agents, as an operator writes it. */
@Schema(description = "What is to be done with every agent that the selector and the states pick")
record AgentActionInput(
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {AgentActionInput.LABEL, AgentActionInput.RESTART})
        @Nullable String action,
    @Schema(
            requiredMode = REQUIRED,
            description = "Which agents, as a label selector; empty for all",
            example = "env=prod,region in (eu,us),!canary")
        @Nullable String selector,
    @Schema(description = "Only agents in one of these states; left out or empty for any")
        @Nullable List<@Nullable String> state,
    @Schema(description = "For label: added, or in place of labels with the same keys")
        @Nullable Map<String, @Nullable String> set,
    @Schema(description = "For label: keys whose labels go")
        @Nullable List<@Nullable String> remove,
    @Schema(description = "Only say what would be done", defaultValue = "false")
        @Nullable Boolean dryRun) {
  static final String LABEL = "label";
  static final String RESTART = "restart";

  /** An action with nothing wrong. */
  sealed interface Action {
    /** Labels are to be changed. */
    record Label(Map<String, String> set, Set<String> remove) implements Action {}

    /** Agents are to be restarted. */
    record Restart(OrderDraft order) implements Action {}
  }

  /**
   * What was asked for.
   *
   * @param filter which agents
   */
  record Checked(AgentFilter filter, Action action, boolean dryRun) {}

  /**
   * Checks everything.
   *
   * @param key the idempotency key; null if there is none
   * @throws ProblemException if anything is wrong, naming all of it
   */
  Checked check(@Nullable String key) {
    List<FieldError> errors = new ArrayList<>();
    if (selector == null) {
      errors.add(new FieldError("selector", "is required; \"\" picks every agent"));
    }
    List<String> states = state == null ? List.of() : state.stream().map(String::valueOf).toList();
    AgentFilter filter =
        new AgentFilter.Parameters(states, selector, null, null, null, null).parse(errors);
    boolean labels = LABEL.equals(action);
    if (!labels && !RESTART.equals(action)) {
      errors.add(new FieldError("action", "must be " + LABEL + " or " + RESTART));
    }
    Action checked = labels ? label(errors) : restart(key, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest("the action is not valid", errors));
    }
    return new Checked(filter, checked, Boolean.TRUE.equals(dryRun));
  }

  private Action label(List<FieldError> errors) {
    Map<String, String> labels = LabelsInput.checked("set", set, errors);
    Set<String> keys = new TreeSet<>();
    if (remove != null) {
      for (String name : remove) {
        if (name == null) {
          errors.add(new FieldError("remove", "must be a list of keys"));
        } else {
          keys.add(name);
        }
      }
    }
    if ((set == null || set.isEmpty()) && keys.isEmpty()) {
      errors.add(new FieldError("set", "or remove must name a label"));
    }
    keys.stream()
        .filter(name -> labels.containsKey(name))
        .forEach(name -> errors.add(new FieldError("remove", "names " + name + ", which is set")));
    return new Action.Label(labels, keys);
  }

  private Action restart(@Nullable String key, List<FieldError> errors) {
    if (set != null) {
      errors.add(new FieldError("set", "belongs to " + LABEL));
    }
    if (remove != null) {
      errors.add(new FieldError("remove", "belongs to " + LABEL));
    }
    if (key != null && (key.isEmpty() || key.length() > OrderDraft.LONGEST_KEY)) {
      errors.add(
          new FieldError(
              OrdersResource.KEY_HEADER,
              "must have 1 to " + OrderDraft.LONGEST_KEY + " characters"));
    }
    // Another name than that of a single order with the same key.
    return new Action.Restart(
        new OrderDraft(
            Optional.empty(),
            OrderDraft.USUAL_LIFETIME,
            Optional.ofNullable(key).map(given -> "action " + given)));
  }
}
