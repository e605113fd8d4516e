package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.server.StateHistory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.TargetExplanation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why an agent is as it is. */
@Schema(description = "Why an agent is in its state and gets what it gets")
record AgentWhy(
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {
              "Disconnected",
              "Configuring",
              "Upgrading",
              "Error",
              "Incompatible",
              "Pending",
              "Connected"
            })
        String state,
    @Schema(requiredMode = REQUIRED, description = "Why it is in this state") String reason,
    @Schema(requiredMode = REQUIRED) Instant since,
    @Schema(requiredMode = REQUIRED) ChosenConfiguration configuration,
    @Schema(requiredMode = REQUIRED, description = "What it should have and is not sent, and why")
        List<WithheldOffer> withheld,
    @Schema(
            requiredMode = REQUIRED,
            description =
                "Its last changes of state that this node saw, at most 20, the newest first")
        List<Transition> history) {

  /** How its configuration was chosen. */
  @Schema(name = "ChosenConfiguration", description = "How an agent's configuration was chosen")
  record ChosenConfiguration(
      @Schema(description = "Left out if none matches") @Nullable AgentTarget chosen,
      @Schema(description = "What it is pinned to; left out if nothing") @Nullable PinReason pin,
      @Schema(
              requiredMode = REQUIRED,
              description =
                  "The one it is pinned to, those that match, the preferred first, then some that"
                      + " do not")
          List<Candidate> candidates,
      @Schema(
              requiredMode = REQUIRED,
              description =
                  "Configurations of the same, highest priority: the first was chosen merely"
                      + " because of its name. Empty if there is no tie")
          List<String> tied,
      @Schema(
              requiredMode = REQUIRED,
              description = "How many do not match; of these at most 20 are candidates")
          int unmatched) {}

  /** What it is pinned to. */
  @Schema(name = "PinReason", description = "What an agent is pinned to, which beats all else")
  record PinReason(
      @Schema(requiredMode = REQUIRED) String configuration,
      @Schema(description = "Left out if it goes along with the configuration")
          @Nullable Long version,
      @Schema(description = "Why it cannot get that, and is left as it is; left out if it can")
          @Nullable String failed) {

    static PinReason of(TargetExplanation.Pinned pinned) {
      return new PinReason(
          pinned.pin().configuration(),
          pinned.pin().version().orElse(null),
          pinned.failed().orElse(null));
    }
  }

  /** A configuration it gets or does not get. */
  @Schema(name = "ConfigurationCandidate", description = "A configuration an agent could get")
  record Candidate(
      @Schema(requiredMode = REQUIRED) String name,
      @Schema(requiredMode = REQUIRED, description = "The version that runs") long version,
      @Schema(requiredMode = REQUIRED, description = "The highest that matches wins, without a pin")
          int priority,
      @Schema(requiredMode = REQUIRED) String selector,
      @Schema(requiredMode = REQUIRED) boolean matches,
      @Schema(requiredMode = REQUIRED) boolean chosen,
      @Schema(description = "The condition that does not hold; left out if all do")
          @Nullable String failed) {

    static Candidate of(TargetExplanation.Candidate candidate) {
      return new Candidate(
          candidate.ref().name(),
          candidate.ref().version(),
          candidate.priority(),
          candidate.selector(),
          candidate.failed().isEmpty(),
          candidate.chosen(),
          candidate.failed().orElse(null));
    }
  }

  /** A change of state. */
  @Schema(name = "StateTransition", description = "A change of state, perhaps seen several times")
  record Transition(
      @Schema(requiredMode = REQUIRED, description = "When it was seen last") Instant at,
      @Schema(requiredMode = REQUIRED, description = "When it was seen first") Instant first,
      @Schema(
              requiredMode = REQUIRED,
              description = "How often, back and forth, with little time in between")
          int times,
      @Schema(requiredMode = REQUIRED, description = "The state before") String from,
      @Schema(requiredMode = REQUIRED, description = "The state after") String to,
      @Schema(requiredMode = REQUIRED) String reason) {

    static Transition of(StateHistory.Change change) {
      return new Transition(
          change.at(),
          change.first(),
          change.times(),
          StateNames.name(change.from()),
          StateNames.name(change.to()),
          change.reason());
    }
  }

  static AgentWhy of(AgentView agent, TargetExplanation explanation, StateHistory history) {
    List<StateHistory.Change> changes = new ArrayList<>(history.changes());
    Collections.reverse(changes);
    return new AgentWhy(
        StateNames.name(agent.status().state()),
        agent.status().reason(),
        agent.statusSince(),
        new ChosenConfiguration(
            AgentTarget.of(agent.target()),
            explanation.pin().map(PinReason::of).orElse(null),
            explanation.candidates().stream().map(Candidate::of).toList(),
            explanation.tied(),
            explanation.unmatched()),
        WithheldOffer.of(agent),
        changes.stream().map(Transition::of).toList());
  }
}
