package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.configuration;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FleetTest {
  private static final AgentToServer REPORT = AgentToServer.getDefaultInstance();

  @Test
  void theOfferCarriesFilesHashAndName() {
    Configuration web = configuration("web", "env=prod", 0);

    Target target =
        FleetFixture.fleet(List.of(web))
            .resolve(REPORT, AgentNote.ofLabels(Map.of("env", "prod")), Components.UNKNOWN);

    assertThat(target.configName()).isEqualTo("web v1");
    assertThat(target.offers().getRemoteConfig().getConfig()).isEqualTo(web.spec().files());
    assertThat(target.offers().getRemoteConfig().getConfigHash()).isEqualTo(web.hash().bytes());
    assertThat(target.missingComponents()).isEmpty();
    assertThat(ConfigurationRef.parse(target.configName())).contains(web.ref());
  }

  @Test
  void nothingIsWantedWhereNothingMatches() {
    Fleet fleet = FleetFixture.fleet(List.of(configuration("web", "env=prod", 0)));

    assertThat(fleet.resolve(REPORT, AgentNote.ofLabels(Map.of()), Components.UNKNOWN))
        .isSameAs(Target.NONE);
    assertThat(Fleet.EMPTY.resolve(REPORT, AgentNote.ofLabels(Map.of()), Components.UNKNOWN))
        .isSameAs(Target.NONE);
  }

  @Test
  void tellsConfigurationsThatOnlyTheirNamesDecideBetween() {
    Fleet fleet =
        FleetFixture.fleet(
            List.of(
                configuration("b", "env", 5),
                configuration("a", "env=prod", 5),
                configuration("low", "", 1),
                configuration("other", "env=dev", 5)));

    assertThat(fleet.tied(REPORT, AgentNote.ofLabels(Map.of("env", "prod"))))
        .containsExactly("a", "b");
    assertThat(
            fleet
                .resolve(REPORT, AgentNote.ofLabels(Map.of("env", "prod")), Components.UNKNOWN)
                .configName())
        .isEqualTo("a v1");
    assertThat(fleet.tied(REPORT, AgentNote.ofLabels(Map.of()))).isEmpty();
    assertThat(fleet.resolve(REPORT, AgentNote.ofLabels(Map.of()), Components.UNKNOWN).configName())
        .isEqualTo("low v1");
  }

  @Test
  void choosesAsANaiveSearchWould() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Configuration> all = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        String selector = List.of("", "a=1", "b=1", "a!=1", "a=1,b=1").get(random.nextInt(5));
        all.add(configuration("c" + i, selector, random.nextInt(3)));
      }
      Map<String, String> labels = Map.of("a", "" + random.nextInt(2), "b", "" + random.nextInt(2));
      String expected =
          all.stream()
              .filter(c -> c.spec().selector().matches(labels))
              .min(
                  Comparator.comparing((Configuration c) -> -c.spec().priority())
                      .thenComparing(Configuration::name))
              .map(c -> c.ref().toString())
              .orElse("");
      assertThat(
              FleetFixture.fleet(all)
                  .resolve(REPORT, AgentNote.ofLabels(labels), Components.UNKNOWN)
                  .configName())
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
  }
}
