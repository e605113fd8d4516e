package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.rollout.Failure;
import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.rollout.RolloutDesk;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rollout and how far it is. */
@Schema(description = "A rollout and how far it is")
record RolloutDetail(
    @Schema(requiredMode = REQUIRED) String configuration,
    @Schema(description = "The version before; left out if none ran") @Nullable Long fromVersion,
    @Schema(requiredMode = REQUIRED) long toVersion,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {
              "Running",
              "Waiting",
              "Paused",
              "Cancelled",
              "Done",
              "RollingBack",
              "RolledBack"
            })
        String phase,
    @Schema(requiredMode = REQUIRED, description = "Why it is in this phase") String reason,
    @Schema(requiredMode = REQUIRED, description = "When it came into this phase") Instant since,
    @Schema(requiredMode = REQUIRED) Instant started,
    @Schema(requiredMode = REQUIRED, description = "The stage being worked on, or the last")
        String stage,
    @Schema(
            requiredMode = REQUIRED,
            description = "As they are; once the rollout is over, as they were when it ended")
        List<StageDetail> stages,
    @Schema(requiredMode = REQUIRED, description = "By time; at most 100 of them")
        List<FailureDetail> failures,
    @Schema(
            requiredMode = REQUIRED,
            description =
                "What the failing agents have in common that the others have not, most separating"
                    + " first")
        List<TraitDetail> contrast,
    @Schema(
            requiredMode = REQUIRED,
            description =
                "What happened, the oldest first; of more than 200 events, the failures of agents"
                    + " are left out first")
        List<EventDetail> events) {
  private static final int MOST_FAILURES = 100;

  /** A stage, in numbers of agents. */
  @Schema(name = "RolloutStage", description = "A stage of a rollout, in numbers of agents")
  record StageDetail(
      @Schema(requiredMode = REQUIRED) String name,
      @Schema(description = "Left out: everybody else") @Nullable String selector,
      @Schema(requiredMode = REQUIRED, description = "All that belong to it") int total,
      @Schema(requiredMode = REQUIRED, description = "Had their turn") int released,
      @Schema(requiredMode = REQUIRED, description = "Have the version") int applied,
      @Schema(requiredMode = REQUIRED) int failed,
      @Schema(requiredMode = REQUIRED, description = "Had their turn, without a result yet")
          int waiting,
      @Schema(requiredMode = REQUIRED) int disconnected,
      @Schema(requiredMode = REQUIRED, description = "Do not fit the version and are left alone")
          int incompatible) {

    private static StageDetail of(StageProgress stage, @Nullable String selector) {
      return new StageDetail(
          stage.stage(),
          selector,
          stage.agents(),
          stage.released(),
          stage.settled(),
          stage.failed(),
          stage.unsettled(),
          stage.disconnected(),
          stage.incompatible());
    }
  }

  /** An agent that failed. */
  @Schema(name = "RolloutFailure", description = "An agent that counts as failed")
  record FailureDetail(
      @Schema(requiredMode = REQUIRED, format = "uuid") String agent,
      @Schema(requiredMode = REQUIRED) String kind,
      @Schema(requiredMode = REQUIRED, description = "In plain words") String error,
      @Schema(requiredMode = REQUIRED) Instant at) {}

  /** Something the failing have in common. */
  @Schema(name = "RolloutTrait", description = "What failing agents have more often than others")
  record TraitDetail(
      @Schema(requiredMode = REQUIRED, description = "Such as a label's key") String trait,
      @Schema(requiredMode = REQUIRED) String value,
      @Schema(requiredMode = REQUIRED, description = "Failing agents that have it") int failing,
      @Schema(requiredMode = REQUIRED, description = "All failing agents") int failingOf,
      @Schema(requiredMode = REQUIRED, description = "Successful agents that have it")
          int succeeding,
      @Schema(requiredMode = REQUIRED, description = "All successful agents") int succeedingOf,
      @Schema(requiredMode = REQUIRED, description = "How sure it is that this is no accident")
          double score) {}

  /** Something that happened. */
  @Schema(name = "RolloutEvent", description = "Something that happened to a rollout")
  record EventDetail(
      @Schema(requiredMode = REQUIRED) Instant at,
      @Schema(requiredMode = REQUIRED) String kind,
      @Schema(requiredMode = REQUIRED, description = "In plain words") String text) {
    private static EventDetail of(RolloutEvent event) {
      return new EventDetail(event.at(), RolloutNames.of(event.kind()), event.text());
    }
  }

  static RolloutDetail of(RolloutDesk.Report report) {
    ConfigurationRollout kept = report.kept();
    return new RolloutDetail(
        kept.configuration(),
        kept.from() == 0 ? null : kept.from(),
        kept.to(),
        RolloutNames.of(kept.state().phase()),
        kept.state().standing().reason(),
        kept.state().standing().since(),
        kept.started(),
        kept.state().stage().name(),
        stages(report),
        kept.state().faults().failures().entrySet().stream()
            .sorted(
                Comparator.comparing(
                    (Map.Entry<io.opamp4j.core.InstanceUid, Failure> entry) ->
                        entry.getValue().at()))
            .limit(MOST_FAILURES)
            .map(
                entry ->
                    new FailureDetail(
                        entry.getKey().toString(),
                        RolloutNames.of(entry.getValue().kind()),
                        entry.getValue().text(),
                        entry.getValue().at()))
            .toList(),
        report.traits().stream().map(RolloutDetail::trait).toList(),
        kept.chronicle().events().stream().map(EventDetail::of).toList());
  }

  private static List<StageDetail> stages(RolloutDesk.Report report) {
    List<StageDetail> stages = new ArrayList<>();
    for (int i = 0; i < report.progress().size(); i++) {
      @Nullable String selector =
          i < report.kept().selectors().size() ? report.kept().selectors().get(i).toString() : null;
      stages.add(StageDetail.of(report.progress().get(i), selector));
    }
    return stages;
  }

  private static TraitDetail trait(Trait trait) {
    return new TraitDetail(
        trait.key(),
        trait.value(),
        trait.failingWith(),
        trait.failing(),
        trait.successfulWith(),
        trait.successful(),
        trait.score());
  }
}
