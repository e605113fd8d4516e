package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.RolloutPreview;
import io.opamp4j.core.rollout.RolloutPreview.PlannedStep;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a rollout would do. */
@Schema(description = "What a rollout would do if it were started now and all went well")
record RolloutPreviewDetail(
    @Schema(requiredMode = REQUIRED) List<StageDetail> stages,
    @Schema(requiredMode = REQUIRED, description = "Agents that would get the version") int total,
    @Schema(requiredMode = REQUIRED, description = "Would be left alone; the first 100")
        List<Lacking> incompatible,
    @Schema(requiredMode = REQUIRED) int incompatibleTotal,
    @Schema(requiredMode = REQUIRED, description = "Have the version already") int upToDate,
    @Schema(requiredMode = REQUIRED, description = "Would get it when they come back")
        int disconnected,
    @Schema(requiredMode = REQUIRED, description = "Have failed on it before, and do not get it")
        int quarantined,
    @Schema(requiredMode = REQUIRED, description = "How long it takes at least")
        long earliestSeconds,
    @Schema(requiredMode = REQUIRED, description = "The first 100 agents, in their order")
        List<String> order) {
  private static final int MOST = 100;

  /** A stage. */
  @Schema(name = "RolloutPreviewStage", description = "A stage of a planned rollout")
  record StageDetail(
      @Schema(requiredMode = REQUIRED) String name,
      @Schema(requiredMode = REQUIRED, description = "Agents") int agents,
      @Schema(requiredMode = REQUIRED, description = "Agents of each step") List<Integer> steps) {}

  /** An agent that lacks something. */
  @Schema(name = "RolloutPreviewLacking", description = "An agent that does not fit the version")
  record Lacking(
      @Schema(requiredMode = REQUIRED, format = "uuid") String agent,
      @Schema(requiredMode = REQUIRED, description = "What it lacks") List<String> missing) {}

  static RolloutPreviewDetail of(
      RolloutPreview preview, Function<InstanceUid, List<String>> missing) {
    Map<String, List<Integer>> steps = new LinkedHashMap<>();
    for (PlannedStep step : preview.steps()) {
      steps.computeIfAbsent(step.stage(), name -> new ArrayList<>()).add(step.agents().size());
    }
    List<StageDetail> stages = new ArrayList<>();
    steps.forEach(
        (name, sizes) ->
            stages.add(
                new StageDetail(name, sizes.stream().mapToInt(Integer::intValue).sum(), sizes)));
    return new RolloutPreviewDetail(
        stages,
        stages.stream().mapToInt(StageDetail::agents).sum(),
        preview.incompatible().stream()
            .limit(MOST)
            .map(uid -> new Lacking(uid.toString(), missing.apply(uid)))
            .toList(),
        preview.incompatible().size(),
        preview.alreadyThere().size(),
        preview.disconnected().size(),
        preview.quarantined().size(),
        preview.earliest().toSeconds(),
        preview.steps().stream()
            .flatMap(step -> step.agents().stream())
            .limit(MOST)
            .map(InstanceUid::toString)
            .toList());
  }
}
