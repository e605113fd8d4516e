package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.Reported;
import io.opamp4j.core.rollout.RolloutMachine;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.Stage;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.ConfigurationCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AudienceTest {
  private static final InstanceUid UID = new InstanceUid(7, 1);

  /**
   * The configuration web goes from a version to another; there is one other configuration, which
   * may have a rollout of its own that has released everybody, or nobody yet.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "alone                              | a=1 0 | a=1 0 |           |           |      | true",
        "not for it                         | a=2 0 | a=2 0 |           |           |      | false",
        "only the old version was for it    | a=1 0 | a=2 0 |           |           |      | false",
        "only the new version is for it     | a=2 0 | a=1 0 |           |           |      | true",
        "another one with less priority     | a=1 1 | a=1 1 | z a=1 0   |           |      | true",
        "another one with more priority     | a=1 0 | a=1 0 | z a=1 1   |           |      | false",
        "a better one for others            | a=1 0 | a=1 0 | z a=2 1   |           |      | true",
        "as good, and first by name         | a=1 0 | a=1 0 | a a=1 0   |           |      | false",
        "as good, and last by name          | a=1 0 | a=1 0 | z a=1 0   |           |      | true",
        "the new version gains priority     | a=1 0 | a=1 2 | z a=1 1   |           |      | true",
        "the new version loses priority     | a=1 2 | a=1 0 | z a=1 1   |           |      | false",
        "a better one comes, not released   | a=1 0 | a=1 0 | z a=2 1   | z a=1 1   | none | true",
        "a better one comes, released       | a=1 0 | a=1 0 | z a=2 1   | z a=1 1   | all  | false",
        "a better one goes, not released    | a=1 0 | a=1 0 | z a=1 1   | z a=2 1   | none | false",
        "a better one goes, released        | a=1 0 | a=1 0 | z a=1 1   | z a=2 1   | all  | true",
      })
  void isWhoWouldGetTheNewVersion(
      String name,
      String older,
      String newer,
      String other,
      String otherNewer,
      String released,
      boolean concerned) {
    List<Configuration> running = new ArrayList<>(List.of(version("web " + older, 1)));
    List<Overlay> overlays = new ArrayList<>(List.of(overlay("web " + newer, true)));
    if (other != null) {
      running.add(version(other, 1));
    }
    if (otherNewer != null) {
      overlays.add(overlay(otherNewer, released.equals("all")));
    }
    Fleet fleet = new Fleet(running, overlays, List.of(), new ConfigurationChecks(Set.of()));

    Optional<AgentView> view =
        fleet
            .audience(overlays.get(0).rollout())
            .orElseThrow()
            .view(UID, true, report(), AgentNote.ofLabels(Map.of("a", "1")), Components.UNKNOWN);

    assertThat(view.isPresent()).as(name).isEqualTo(concerned);
    // Everybody is released, so whom the rollout counts is who is offered the version.
    assertThat(
            fleet
                .resolve(report(), AgentNote.ofLabels(Map.of("a", "1")), Components.UNKNOWN)
                .configName()
                .equals("web v2"))
        .as("offered")
        .isEqualTo(concerned);
  }

  @Test
  void needsAreReadFromTheFilesOncePerVersion() {
    int[] read = {0};
    ConfigurationCheck check =
        files -> {
          read[0]++;
          return new ConfigurationCheck.Finding(List.of(), components -> List.of("exporter kafka"));
        };
    Overlay overlay = overlay("web a=1 0", true);
    Fleet fleet =
        new Fleet(
            List.of(version("web a=1 0", 1)),
            List.of(overlay),
            List.of(),
            new ConfigurationChecks(Set.of(check)));
    assertThat(read[0]).as("of two versions").isEqualTo(2);

    Audience audience = fleet.audience(overlay.rollout()).orElseThrow();
    AgentView view =
        audience
            .view(UID, true, report(), AgentNote.ofLabels(Map.of("a", "1")), Components.UNKNOWN)
            .orElseThrow();

    assertThat(view.compatible()).isFalse();
    assertThat(audience.missing(report(), Components.UNKNOWN)).containsExactly("exporter kafka");
    assertThat(read[0]).isEqualTo(2);
  }

  /** A rollout must not count as fitting whom the offer is withheld from, nor the reverse. */
  @Test
  void whatAnAgentLacksIsTheSameForTheOfferAndForTheRollout() {
    ConfigurationCheck check =
        files ->
            new ConfigurationCheck.Finding(
                List.of(),
                components ->
                    components.filter(c -> !c.containsComponents("kafka")).isPresent()
                        ? List.of("exporter kafka")
                        : List.of());
    Overlay overlay = overlay("web a=1 0", true);
    Fleet fleet =
        new Fleet(List.of(), List.of(overlay), List.of(), new ConfigurationChecks(Set.of(check)));
    Components lacking = catalogue(AvailableComponents.getDefaultInstance());

    for (long capabilities : new long[] {0x1003, 0x5003}) {
      AgentToServer agent =
          report().toBuilder()
              .setCapabilities(capabilities)
              .setAvailableComponents(
                  AvailableComponents.newBuilder().setHash(ByteString.copyFromUtf8("h")))
              .build();
      assertThat(fleet.audience(overlay.rollout()).orElseThrow().missing(agent, lacking))
          .as("capabilities %x", capabilities)
          .isEqualTo(
              fleet
                  .resolve(agent, AgentNote.ofLabels(Map.of("a", "1")), lacking)
                  .missingComponents())
          .hasSize(capabilities == 0x5003 ? 1 : 0);
    }
  }

  private static AgentToServer report() {
    return AgentToServer.newBuilder().setInstanceUid(UID.toBytes()).build();
  }

  private static Components catalogue(AvailableComponents all) {
    return new Components() {
      @Override
      public Optional<AvailableComponents> find(ByteString hash) {
        return Optional.of(all);
      }

      @Override
      public boolean isAwaited(ByteString hash) {
        return false;
      }
    };
  }

  /** Such as {@code "web a=1 5"}: name, selector, priority. */
  private static Configuration version(String text, long version) {
    String[] parts = text.split(" ");
    ConfigurationSpec spec =
        FleetFixture.spec(parts[1], Integer.parseInt(parts[2]), text + " v" + version);
    return new Configuration(
        parts[0], version, spec, ContentHash.of(spec.files()), NOW, NOW, false);
  }

  /** With nobody released, another agent's stage comes first. */
  private static Overlay overlay(String text, boolean released) {
    Configuration newer = version(text, 2);
    InstanceUid somebody = released ? UID : new InstanceUid(7, 2);
    AgentView agent = new AgentView(somebody, 0, true, true, Reported.OTHER, true, "");
    RolloutPlan plan =
        released
            ? RolloutPlan.all()
            : RolloutPlan.progressive(List.of(new Stage("first", Pacing.ALL)), Pacing.ALL);
    return new Overlay(
        ConfigurationRollout.planned(
            newer,
            1,
            newer,
            released ? List.of() : List.of(Selector.parse("first=yes")),
            "me",
            RolloutMachine.start(plan, newer.hash().bytes(), 1, List.of(agent), "me", NOW).state(),
            0),
        newer);
  }
}
