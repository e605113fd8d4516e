package io.opamp4j.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.report.Reports;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.OpAMPConnectionSettings;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * A client with a disk that is sent from place to place, good and bad ones, while sockets break and
 * its process dies between any two effects of a step (CONN-08 to CONN-18, CONN-11 above all).
 * Afterwards the world calms down, and it must be connected once, where it should be, with nothing
 * lost (RETRY-05, E-46), and no number used twice on the way (SEQ-01, DUP-01).
 */
class SettingsSimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("simulation.first", 0);
  private static final Duration NOISE = Duration.ofMinutes(10);
  private static final Duration TO_AGREE = Duration.ofMinutes(10);

  @Test
  void everyClientEndsWhereItShouldWithNothingLost() {
    int applied = 0;
    int failed = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      if (wander(seed) == ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED) {
        applied++;
      } else {
        failed++;
      }
    }
    assertThat(applied).as("both ends are seen").isGreaterThan((int) (SEEDS / 5));
    assertThat(failed).as("both ends are seen").isGreaterThan((int) (SEEDS / 5));
  }

  private static ConnectionSettingsStatuses wander(long seed) {
    Simulation world = new Simulation(seed);
    SimulatedPlaces places = new SimulatedPlaces();
    places.want("c0");
    places.want("s0", place(world, 0));
    SimulatedClient client = new SimulatedClient(world, places);
    makeTrouble(world, places, client);
    world.run(Simulation.START.plus(NOISE));
    world.calmDown();
    world.run(world.now().plus(TO_AGREE));

    assertThat(client.faults()).as("seed %d", seed).isEmpty();
    assertThat(client.isConnected()).as("seed %d: connected", seed).isTrue();
    assertThat(places.known())
        .as("seed %d: the server's copy", seed)
        .isEqualTo(Reports.withoutCatalogue(client.state().report()));
    assertThat(client.state().report().getRemoteConfigStatus().getLastRemoteConfigHash())
        .as("seed %d: the config", seed)
        .isEqualTo(places.wantedConfig().getConfigHash());
    assertThat(client.disk().getGoodConfig())
        .as("seed %d: the config on disk", seed)
        .isEqualTo(places.wantedConfig());
    assertThat(places.delivered()).as("seed %d: messages", seed).containsAll(client.owed());
    assertThat(client.disk()).as("seed %d: the disk", seed).isEqualTo(client.state().memory());
    return assertPlace(seed, places, client);
  }

  private static ConnectionSettingsStatuses assertPlace(
      long seed, SimulatedPlaces places, SimulatedClient client) {
    var status = client.state().report().getConnectionSettingsStatus();
    String wanted = places.wantedSettings().getOpamp().getDestinationEndpoint();
    assertThat(status.getLastConnectionSettingsHash())
        .as("seed %d: the last offer counts", seed)
        .isEqualTo(places.wantedSettings().getHash());
    assertThat(client.disk().hasCandidate()).as("seed %d: nothing in between", seed).isFalse();
    assertThat(SimulatedPlaces.kind(client.endpoint()))
        .as("seed %d: at %s", seed, client.endpoint())
        .isEqualTo(SimulatedPlaces.Kind.GOOD);
    if (SimulatedPlaces.kind(wanted) != SimulatedPlaces.Kind.GOOD) {
      assertThat(status.getStatus())
          .as("seed %d: %s", seed, wanted)
          .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED);
    }
    if (status.getStatus() == ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED) {
      assertThat(client.endpoint()).as("seed %d", seed).isEqualTo(wanted);
    } else {
      assertThat(status.getStatus())
          .as("seed %d", seed)
          .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED);
    }
    return status.getStatus();
  }

  private static void makeTrouble(
      Simulation world, SimulatedPlaces places, SimulatedClient client) {
    int troubles = 5 + world.random.nextInt(25);
    for (int i = 1; i <= troubles; i++) {
      String number = Integer.toString(i);
      OpAMPConnectionSettings settings = place(world, i);
      Runnable trouble =
          switch (world.random.nextInt(8)) {
            case 0 -> client::crash;
            case 1 -> client::breakOff;
            case 2 -> client::changeHealth;
            case 3 -> () -> client.post("m" + number);
            case 4 -> () -> places.want("c" + number);
            default -> () -> places.want("s" + number, settings);
          };
      world.at(Simulation.START.plus(world.upTo(NOISE)), trouble);
    }
  }

  private static OpAMPConnectionSettings place(Simulation world, int number) {
    SimulatedPlaces.Kind[] kinds = SimulatedPlaces.Kind.values();
    // Every other place is a good one.
    SimulatedPlaces.Kind kind =
        world.random.nextBoolean()
            ? SimulatedPlaces.Kind.GOOD
            : kinds[world.random.nextInt(kinds.length)];
    String scheme = world.random.nextBoolean() ? "wss" : "https";
    return OpAMPConnectionSettings.newBuilder()
        .setDestinationEndpoint(
            scheme + "://p" + number + "." + kind.name().toLowerCase(Locale.ROOT) + ".example/")
        .setHeartbeatIntervalSeconds(30)
        .build();
  }
}
