package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Rollouts in which agents fail, vanish, return, lie, join, leave and change their stage, the
 * operator does anything at any time, and the server dies between any two inputs. The world checks
 * every step: no step is too large or too early, nobody's version is taken back but by a roll back,
 * nobody is offered what it has failed with, the error limit is exact. Afterwards agents behave,
 * and it must come to an end.
 */
class RolloutSimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("simulation.first", 0);
  private static final int NOISE_SECONDS = 300;

  @Test
  void everyRolloutKeepsItsPromisesAndEnds() {
    Map<RolloutPhase, Integer> ends = new EnumMap<>(RolloutPhase.class);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      ends.merge(wander(seed), 1, Integer::sum);
    }
    if (SEEDS >= 1000) {
      assertThat(ends)
          .as("every end is seen")
          .containsOnlyKeys(RolloutPhase.DONE, RolloutPhase.CANCELLED, RolloutPhase.ROLLED_BACK);
    }
  }

  private static RolloutPhase wander(long seed) {
    RolloutWorld world = new RolloutWorld(seed);
    makeTrouble(world);
    world.run(RolloutWorld.START.plusSeconds(NOISE_SECONDS));
    world.calmDown();
    for (int i = 0; i < 200 && !world.phase().isOver(); i++) {
      world.run(world.now().plusSeconds(30));
      switch (world.phase()) {
        case WAITING -> world.command(RolloutCommand.CONTINUE);
        case PAUSED -> {
          world.command(RolloutCommand.RETRY_FAILED);
          world.command(RolloutCommand.RESUME);
        }
        default -> {}
      }
    }
    assertThat(world.phase().isOver())
        .as("seed %d ends, and not in %s", seed, world.rollout.state().standing())
        .isTrue();
    world.run(world.now().plusSeconds(60));
    world.assertEveryoneHasWhatTheyShould();
    return world.phase();
  }

  private static void makeTrouble(RolloutWorld world) {
    int troubles = world.random.nextInt(80);
    int eagerness = world.random.nextInt(4);
    for (int i = 0; i < troubles; i++) {
      Runnable what =
          switch (world.random.nextInt(10 + eagerness * 4)) {
            case 0 -> world::crash;
            case 1, 2 -> world::tick;
            case 3, 4, 5, 6, 7, 8, 9 -> world::trouble;
            case 10 -> () -> world.commandElsewhere(command(world));
            default -> () -> world.command(command(world));
          };
      world.at(RolloutWorld.START.plus(world.upTo(NOISE_SECONDS)), what);
    }
  }

  /** Those that end it are rare, or there would be little to see. */
  private static RolloutCommand command(RolloutWorld world) {
    RolloutCommand[] all = RolloutCommand.values();
    RolloutCommand command = all[world.random.nextInt(all.length)];
    boolean ends = command == RolloutCommand.CANCEL || command == RolloutCommand.ROLL_BACK;
    return ends && world.random.nextInt(3) > 0 ? RolloutCommand.CONTINUE : command;
  }
}
