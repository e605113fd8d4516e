package io.opamp4j.server.rest;

import io.opamp4j.core.rollout.ErrorLimit;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.Stage;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.server.fleet.SelectorSyntaxException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A rollout as an operator asks for it. */
@Schema(description = "What is to be rolled out, and how")
record RolloutInput(
    @Schema(description = "Left out: the latest", minimum = "1") @Nullable Long version,
    @Schema(description = "Left out: the standard plan") @Nullable PlanInput plan) {

  /** How it is to go. */
  @Schema(name = "RolloutPlanInput", description = "How a rollout is to go")
  record PlanInput(
      @Schema(
              description =
                  "standard: a few agents, then more and more; all: everybody at once; progressive:"
                      + " stage after stage, each of which waits for continue",
              allowableValues = {"standard", "all", "progressive"},
              defaultValue = "standard")
          @Nullable String type,
      @Schema(description = "Agents of the first step", defaultValue = "3", minimum = "1")
          @Nullable Integer first,
      @Schema(description = "How many times larger each step is", defaultValue = "5", minimum = "1")
          @Nullable Integer factor,
      @Schema(description = "Agents of a step at most", defaultValue = "100", minimum = "1")
          @Nullable Integer most,
      @Schema(description = "Seconds between steps at least", defaultValue = "5", minimum = "0")
          @Nullable Long intervalSeconds,
      @Schema(description = "Of a progressive plan; the last stage takes everybody else")
          @Nullable List<@Nullable StageInput> stages,
      @Schema(description = "How many errors pause it; left out: the first")
          @Nullable LimitInput errorLimit,
      @Schema(description = "How long agents must stay healthy", defaultValue = "30", minimum = "0")
          @Nullable Long healthGateSeconds,
      @Schema(
              description = "How long an agent may take, and is expected back",
              defaultValue = "300",
              minimum = "1")
          @Nullable Long resultDeadlineSeconds) {}

  /** A stage. */
  @Schema(name = "RolloutStageInput", description = "A stage of a progressive plan")
  record StageInput(
      @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable String name,
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              description = "Which agents; the first stage that matches counts",
              example = "tier=canary")
          @Nullable String selector) {}

  /** A number of errors. */
  @Schema(name = "RolloutErrorLimit", description = "Either a number of agents or a share of them")
  record LimitInput(
      @Schema(minimum = "1") @Nullable Integer count,
      @Schema(minimum = "1", maximum = "100") @Nullable Integer percent) {}

  /** What has been checked. */
  record Checked(RolloutPlan plan, List<Selector> selectors) {}

  private static final PlanInput STANDARD =
      new PlanInput(null, null, null, null, null, null, null, null, null);

  private static final long MOST_SECONDS = 30L * 24 * 3600;

  /**
   * Checks everything.
   *
   * @throws ProblemException if anything is wrong, naming all of it
   */
  Checked check() {
    List<FieldError> errors = new ArrayList<>();
    PlanInput given = plan == null ? STANDARD : plan;
    String type = given.type == null ? "standard" : given.type;
    if (!Set.of("standard", "all", "progressive").contains(type)) {
      errors.add(new FieldError("plan.type", "must be standard, all or progressive"));
    }
    Pacing pacing = type.equals("all") ? Pacing.ALL : pacing(given, errors);
    List<Selector> selectors = new ArrayList<>();
    List<Stage> stages = stages(given, type, pacing, selectors, errors);
    ErrorLimit limit = limit(given.errorLimit, errors);
    Duration gate = seconds("plan.healthGateSeconds", given.healthGateSeconds, 0, 30, errors);
    Duration deadline =
        seconds("plan.resultDeadlineSeconds", given.resultDeadlineSeconds, 1, 300, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest("the rollout is not valid", errors));
    }
    return new Checked(
        RolloutPlan.progressive(stages, pacing).with(gate, deadline).with(limit), selectors);
  }

  private static Pacing pacing(PlanInput given, List<FieldError> errors) {
    int first = positive("plan.first", given.first, Pacing.STANDARD.first(), errors);
    int factor = positive("plan.factor", given.factor, Pacing.STANDARD.factor(), errors);
    int most = positive("plan.most", given.most, Math.max(first, Pacing.STANDARD.most()), errors);
    if (most < first) {
      errors.add(new FieldError("plan.most", "must not be less than plan.first"));
    }
    Duration interval = seconds("plan.intervalSeconds", given.intervalSeconds, 0, 5, errors);
    return errors.isEmpty() ? new Pacing(first, factor, most, interval) : Pacing.STANDARD;
  }

  private static List<Stage> stages(
      PlanInput given,
      String type,
      Pacing pacing,
      List<Selector> selectors,
      List<FieldError> errors) {
    List<Stage> stages = new ArrayList<>();
    if (given.stages == null) {
      if (type.equals("progressive")) {
        errors.add(new FieldError("plan.stages", "is required for a progressive plan"));
      }
      return stages;
    }
    if (!type.equals("progressive")) {
      errors.add(new FieldError("plan.stages", "belongs to a progressive plan"));
    }
    if (given.stages.size() > 99) {
      errors.add(new FieldError("plan.stages", "has more than 99 stages"));
      return stages;
    }
    Set<String> names = new HashSet<>(Set.of(RolloutPlan.REST));
    for (int i = 0; i < given.stages.size(); i++) {
      String path = "plan.stages[" + i + "]";
      @Nullable StageInput stage = given.stages.get(i);
      if (stage == null || stage.name == null || stage.name.isBlank()) {
        errors.add(new FieldError(path + ".name", "is required"));
        continue;
      }
      if (!names.add(stage.name)) {
        errors.add(new FieldError(path + ".name", "'" + stage.name + "' is taken"));
        continue;
      }
      selectors.add(selector(path + ".selector", stage.selector, errors));
      stages.add(new Stage(stage.name, pacing));
    }
    return stages;
  }

  private static Selector selector(String path, @Nullable String text, List<FieldError> errors) {
    if (text == null || text.isBlank()) {
      errors.add(new FieldError(path, "is required; what no stage matches comes last anyway"));
      return Selector.EVERYTHING;
    }
    try {
      return Selector.parse(text);
    } catch (SelectorSyntaxException e) {
      errors.add(new FieldError(path, String.valueOf(e.getMessage()), null, e.position()));
      return Selector.EVERYTHING;
    }
  }

  private static ErrorLimit limit(@Nullable LimitInput given, List<FieldError> errors) {
    if (given == null) {
      return ErrorLimit.FIRST;
    }
    if ((given.count == null) == (given.percent == null)) {
      errors.add(new FieldError("plan.errorLimit", "must have either count or percent"));
      return ErrorLimit.FIRST;
    }
    if (given.count != null) {
      return new ErrorLimit(
          ErrorLimit.Unit.AGENTS, positive("plan.errorLimit.count", given.count, 1, errors));
    }
    int percent = positive("plan.errorLimit.percent", given.percent, 1, errors);
    if (percent > 100) {
      errors.add(new FieldError("plan.errorLimit.percent", "must be a number from 1 to 100"));
      return ErrorLimit.FIRST;
    }
    return new ErrorLimit(ErrorLimit.Unit.PERCENT, percent);
  }

  private static int positive(
      String path, @Nullable Integer given, int otherwise, List<FieldError> errors) {
    if (given == null) {
      return otherwise;
    }
    if (given < 1) {
      errors.add(new FieldError(path, "must be a number from 1"));
      return otherwise;
    }
    return given;
  }

  private static Duration seconds(
      String path, @Nullable Long given, long least, long otherwise, List<FieldError> errors) {
    if (given != null && (given < least || given > MOST_SECONDS)) {
      errors.add(new FieldError(path, "must be a number from " + least + " to " + MOST_SECONDS));
      return Duration.ofSeconds(otherwise);
    }
    return Duration.ofSeconds(given == null ? otherwise : given);
  }
}
