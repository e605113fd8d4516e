package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.OrderDraft;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.Pin;
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
            allowableValues = {
              AgentActionInput.LABEL,
              AgentActionInput.PIN,
              AgentActionInput.UNPIN,
              AgentActionInput.RESTART
            })
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
    @Schema(description = "For pin: the name of a configuration") @Nullable String configuration,
    @Schema(description = "For pin: the one version agents are to stay at") @Nullable Long version,
    @Schema(description = "Only say what would be done", defaultValue = "false")
        @Nullable Boolean dryRun) {
  static final String LABEL = "label";
  static final String PIN = "pin";
  static final String UNPIN = "unpin";
  static final String RESTART = "restart";

  /** An action with nothing wrong. */
  sealed interface Action {
    /** Labels are to be changed. */
    record Label(Map<String, String> set, Set<String> remove) implements Action {}

    /** Agents are to be pinned, or not to be pinned any more. */
    record Hold(Optional<Pin> pin) implements Action {}

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
   * @param editor knows what there is to be pinned to
   * @throws ProblemException if anything is wrong, naming all of it
   */
  Checked check(@Nullable String key, FleetEditor editor) {
    List<FieldError> errors = new ArrayList<>();
    if (selector == null) {
      errors.add(new FieldError("selector", "is required; \"\" picks every agent"));
    }
    List<String> states = state == null ? List.of() : state.stream().map(String::valueOf).toList();
    AgentFilter filter =
        new AgentFilter.Parameters(states, selector, null, null, null, null, null).parse(errors);
    Action checked = action(key, editor, errors);
    ProblemException.throwIfAny("the action is not valid", errors);
    return new Checked(filter, checked, Boolean.TRUE.equals(dryRun));
  }

  private Action action(@Nullable String key, FleetEditor editor, List<FieldError> errors) {
    String wanted = action == null ? "" : action;
    if (!wanted.equals(LABEL)) {
      foreign("set", set, LABEL, errors);
      foreign("remove", remove, LABEL, errors);
    }
    if (!wanted.equals(PIN)) {
      foreign("configuration", configuration, PIN, errors);
      foreign("version", version, PIN, errors);
    }
    switch (wanted) {
      case LABEL:
        return label(errors);
      case PIN:
        return new Action.Hold(new PinInput(configuration, version).checked(editor, errors));
      case RESTART:
        return restart(key);
      case UNPIN:
        break;
      default:
        errors.add(
            new FieldError(
                "action", "must be " + String.join(", ", LABEL, PIN, UNPIN) + " or " + RESTART));
    }
    return new Action.Hold(Optional.empty());
  }

  private static void foreign(
      String field, @Nullable Object given, String action, List<FieldError> errors) {
    if (given != null) {
      errors.add(new FieldError(field, "belongs to " + action));
    }
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

  private static Action restart(@Nullable String key) {
    // Another name than that of a single order with the same key.
    return new Action.Restart(
        new OrderDraft(
            Optional.empty(),
            OrderDraft.USUAL_LIFETIME,
            Optional.ofNullable(key).map(given -> "action " + given)));
  }
}
