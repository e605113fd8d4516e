package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ConfigurationCheck.Finding;
import io.opamp4j.server.ConfigurationCheck.Needs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WantedTest {
  private static final long TELLS_COMPONENTS = 0x4000;
  private static final Target TARGET =
      new Target(ServerToAgent.getDefaultInstance(), "web v1", List.of(), Optional.empty());
  private static final Needs KAFKA =
      components ->
          components.isPresent() && !components.get().containsComponents("kafka")
              ? List.of("exporter kafka")
              : List.of();

  @Test
  void whatNeedsNothingIsTheSameForAll() {
    Wanted wanted = new Wanted(TARGET, Finding.NOTHING.needs());

    assertThat(wanted.of(report("x", TELLS_COMPONENTS), Components.UNKNOWN)).isSameAs(TARGET);
  }

  @Test
  void agentsWithTheSameComponentsShareATarget() {
    Wanted wanted = new Wanted(TARGET, KAFKA);
    Components known = known(Optional.of(AvailableComponents.getDefaultInstance()), false);

    Target first = wanted.of(report("x", TELLS_COMPONENTS), known);

    assertThat(first.missingComponents()).containsExactly("exporter kafka");
    assertThat(wanted.of(report("x", TELLS_COMPONENTS), known)).isSameAs(first);
  }

  @Test
  void waitsOnlyWhileItHelps() {
    Wanted wanted = new Wanted(TARGET, KAFKA);
    AgentToServer report = report("x", TELLS_COMPONENTS);

    assertThat(wanted.of(report, known(Optional.empty(), true)).withheld()).isPresent();
    assertThat(wanted.of(report, known(Optional.empty(), false)).withheld()).isEmpty();
    assertThat(
            wanted
                .of(report, known(Optional.of(AvailableComponents.getDefaultInstance()), false))
                .missingComponents())
        .as("told after all")
        .containsExactly("exporter kafka");
  }

  @Test
  void whoHasNoCatalogueOrNotTheCapabilityIsNotKeptWaiting() {
    Wanted wanted = new Wanted(TARGET, KAFKA);

    assertThat(wanted.of(report("", TELLS_COMPONENTS), known(Optional.empty(), true)))
        .isEqualTo(TARGET);
    assertThat(wanted.of(report("x", 1), known(Optional.empty(), true))).isEqualTo(TARGET);
  }

  private static AgentToServer report(String hash, long capabilities) {
    return AgentToServer.newBuilder()
        .setCapabilities(capabilities)
        .setAvailableComponents(
            AvailableComponents.newBuilder().setHash(ByteString.copyFromUtf8(hash)))
        .build();
  }

  private static Components known(Optional<AvailableComponents> catalogue, boolean awaited) {
    return new Components() {
      @Override
      public Optional<AvailableComponents> find(ByteString hash) {
        return catalogue;
      }

      @Override
      public boolean isAwaited(ByteString hash) {
        return awaited;
      }
    };
  }
}
