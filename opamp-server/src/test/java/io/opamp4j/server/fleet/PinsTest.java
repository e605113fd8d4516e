package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.NOW;
import static io.opamp4j.server.fleet.FleetFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.Reported;
import io.opamp4j.core.rollout.RolloutMachine;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.RolloutStep;
import io.opamp4j.core.rollout.Stage;
import io.opamp4j.proto.AgentToServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pin beats selectors, priorities and names; only a rollout of the same configuration counts. */
final class PinsTest {
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final AgentToServer REPORT =
      AgentToServer.newBuilder().setInstanceUid(UID.toBytes()).build();
  private static final Configuration HIGH = version("high", 4, "env=prod", 100);
  private static final Configuration WEB = version("web", 2, "env=prod", 1);
  private static final Configuration ASIDE = version("aside", 7, "env=none", 0);
  private static final Configuration OLD_ASIDE = version("aside", 3, "x=y", 0);
  private static final Configuration NEW_WEB = version("web", 3, "env=none", 1);

  /** Where {@code web} moves from version 2 to 3, and where nothing moves. */
  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource(
      value = {
        // labels, pin, rollout of web: target
        "env=prod | -        | -       | high v4",
        "env=none | -        | -       | aside v7",
        "env=prod | web      | -       | web v2",
        "env=none | web      | -       | web v2",
        "env=prod | aside    | -       | aside v7",
        "env=prod | aside v3 | -       | aside v3",
        "env=none | aside v3 | -       | aside v3",
        "env=prod | aside v2 | -       | -",
        "env=prod | gone     | -       | -",
        "env=none | -        | waiting | aside v7",
        "env=prod | web      | waiting | web v2",
        "env=none | web      | waiting | web v2",
        "env=prod | web      | turn    | web v3",
        "env=none | web      | turn    | web v3",
        "env=prod | high     | turn    | high v4",
        "env=prod | web v2   | turn    | web v2",
        "env=prod | web v3   | waiting | web v3"
      },
      delimiter = '|')
  void thePinDecides(String labels, String pin, String rollout, String target) {
    AgentNote note = note(labels, pin);
    Fleet fleet = fleet(rollout, note);

    assertThat(fleet.resolve(REPORT, note, Components.UNKNOWN).configName())
        .isEqualTo(target.equals("-") ? "" : target);
    assertThat(
            fleet.explain(REPORT, note).candidates().stream()
                .filter(TargetExplanation.Candidate::chosen)
                .map(candidate -> candidate.ref().toString()))
        .as("the explanation says the same")
        .isEqualTo(target.equals("-") ? List.of() : List.of(target));
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      value = {
        // labels, pin: whether the rollout of web concerns the agent
        "env=prod | -        | false",
        "env=prod | web      | true",
        "env=none | web      | true",
        "env=none | web v2   | false",
        "env=none | web v3   | false",
        "env=prod | high     | false",
        "env=prod | gone     | false",
        "only=web | -        | true",
        "only=web | high     | false",
        "only=web | gone     | false",
        "only=web | aside v3 | false"
      },
      delimiter = '|')
  void aRolloutConcernsWhoIsPinnedToItsConfiguration(String labels, String pin, boolean concerns) {
    AgentNote note = note(labels, pin);
    Configuration older = version("web", 2, "env=prod", 1);
    Configuration newer = version("web", 3, "only=web", 1);
    Fleet fleet = new Fleet(List.of(HIGH, older, ASIDE), List.of(), List.of(), checks());
    Audience audience =
        new Audience(fleet, newer, Choice.of(newer, null, checks()).wanted(), List.of());

    assertThat(audience.view(UID, true, REPORT, note, Components.UNKNOWN).isPresent())
        .isEqualTo(concerns);
  }

  @Test
  void theExplanationNamesThePinFirstAndSaysWhatItsSelectorSays() {
    AgentNote note = note("env=prod", "aside");
    TargetExplanation why = fleet("-", note).explain(REPORT, note);

    assertThat(why.pin())
        .contains(
            new TargetExplanation.Pinned(new Pin("aside", Optional.empty()), Optional.empty()));
    assertThat(why.candidates())
        .extracting(candidate -> candidate.ref().name() + " " + candidate.failed().isEmpty())
        .containsExactly("aside false", "high true", "web true");
    assertThat(why.tied()).isEmpty();
    assertThat(why.unmatched()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      value = {
        "gone     | no version of it runs",
        "aside v2 | the version is not kept",
        "first    | its rollout has not come to this agent",
      },
      delimiter = '|')
  void aPinThatCannotBeMetSaysWhy(String pin, String why) {
    AgentNote note = note("env=prod", pin);
    Configuration first = version("first", 1, "env=none", 0);
    Fleet fleet =
        new Fleet(List.of(HIGH), List.of(overlay(first, 0, "waiting")), List.of(), checks());

    TargetExplanation explanation = fleet.explain(REPORT, note);

    assertThat(explanation.pin().orElseThrow().failed()).contains(why);
    assertThat(explanation.candidates()).noneMatch(TargetExplanation.Candidate::chosen);
  }

  @Test
  void aPinnedAgentHasNoTie() {
    Fleet fleet =
        FleetFixture.fleet(
            List.of(
                FleetFixture.configuration("a", "", 5), FleetFixture.configuration("b", "", 5)));
    assertThat(fleet.tied(REPORT, AgentNote.NONE)).containsExactly("a", "b");
    assertThat(fleet.tied(REPORT, note("", "b"))).isEmpty();
  }

  /** Whatever else there is, an agent with a pin gets that or nothing. */
  @Test
  void noFleetGivesAPinnedAgentAnythingElse() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Configuration> all = new ArrayList<>();
      for (int i = random.nextInt(10); i > 0; i--) {
        String selector = List.of("", "a=1", "a!=1", "b").get(random.nextInt(4));
        all.add(FleetFixture.configuration("c" + i, selector, random.nextInt(3)));
      }
      String pinned = "c" + (1 + random.nextInt(10));
      boolean there = all.stream().anyMatch(c -> c.name().equals(pinned));
      AgentNote note = note("a=" + random.nextInt(2), pinned);
      assertThat(FleetFixture.fleet(all).resolve(REPORT, note, Components.UNKNOWN).configName())
          .as("seed %d", seed)
          .isEqualTo(there ? pinned + " v1" : "");
    }
  }

  @Test
  void anotherFixedVersionIsAnotherFleet() {
    Fleet without = new Fleet(List.of(WEB), List.of(), List.of(), checks());
    Fleet with = new Fleet(List.of(WEB), List.of(), List.of(OLD_ASIDE), checks());
    assertThat(with.sameAs(without)).isFalse();
    assertThat(with.sameAs(new Fleet(List.of(WEB), List.of(), List.of(OLD_ASIDE), checks())))
        .isTrue();
  }

  @Test
  void aPinNamesAConfigurationAndAVersionFromOne() {
    assertThatThrownBy(() -> new Pin("Not A Name", Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Pin("web", Optional.of(0L)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Fleet fleet(String rollout, AgentNote note) {
    List<Configuration> fixed =
        note.pin()
            .flatMap(Pin::fixed)
            .map(
                ref ->
                    List.of(OLD_ASIDE, WEB, NEW_WEB).stream()
                        .filter(c -> c.ref().equals(ref))
                        .toList())
            .orElse(List.of());
    List<Overlay> overlays =
        rollout.equals("-") ? List.of() : List.of(overlay(NEW_WEB, 2, rollout));
    return new Fleet(List.of(HIGH, WEB, ASIDE), overlays, fixed, checks());
  }

  private static Overlay overlay(Configuration newer, long from, String rollout) {
    boolean waits = rollout.equals("waiting");
    RolloutPlan plan =
        waits
            ? RolloutPlan.progressive(List.of(new Stage("canary", Pacing.ALL)), Pacing.ALL)
            : RolloutPlan.all();
    InstanceUid first = waits ? new InstanceUid(2, 2) : UID;
    RolloutStep begun =
        RolloutMachine.start(
            plan,
            newer.hash().bytes(),
            1,
            List.of(new AgentView(first, 0, true, true, Reported.OTHER, true, "")),
            "a test",
            NOW);
    return new Overlay(
        new ConfigurationRollout(
            newer.name(),
            NOW,
            from,
            newer.version(),
            waits ? List.of(Selector.parse("canary")) : List.of(),
            NOW,
            "a test",
            begun.rollout().state(),
            RolloutChronicle.EMPTY,
            1),
        newer);
  }

  private static ConfigurationChecks checks() {
    return new ConfigurationChecks(Set.of());
  }

  private static AgentNote note(String labels, String pin) {
    Map<String, String> map =
        labels.isEmpty() ? Map.of() : Map.of(labels.split("=")[0], labels.split("=")[1]);
    Optional<Pin> parsed =
        pin.equals("-")
            ? Optional.empty()
            : Optional.of(
                ConfigurationRef.parse(pin)
                    .map(ref -> new Pin(ref.name(), Optional.of(ref.version())))
                    .orElseGet(() -> new Pin(pin, Optional.empty())));
    return new AgentNote(map, parsed);
  }

  private static Configuration version(String name, long version, String selector, int priority) {
    ConfigurationSpec spec = spec(selector, priority, name + version);
    return new Configuration(name, version, spec, ContentHash.of(spec.files()), NOW, NOW, false);
  }
}
