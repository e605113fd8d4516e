package io.opamp4j.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackageType;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * An agent that is offered ever other packages, while downloads break, files turn out wrong and its
 * process dies between any two effects. Every report must be a valid one (PKG-20 to PKG-30).
 * Afterwards the world calms down, and the agent must hold what was offered last, no more and no
 * less, with its own package untouched (PKG-12 to PKG-15, E-48).
 */
class PackageSimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("simulation.first", 0);
  private static final Duration NOISE = Duration.ofMinutes(10);
  private static final Duration TO_AGREE = Duration.ofMinutes(20);
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);
  private static final List<String> NAMES = List.of("", "a", "b", "c", "local");

  @Test
  void everyAgentEndsWithWhatWasOfferedLast() {
    int kept = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      kept += live(seed).disk().getHeldCount();
    }
    assertThat(kept).as("there was something to do").isGreaterThan((int) SEEDS);
  }

  @Test
  void pkg14WhenNothingFailsEachContentIsFetchedOnce() {
    int fetched = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 10; seed++) {
      Simulation world = new Simulation(seed);
      world.calmDown();
      SimulatedPackages agent = new SimulatedPackages(world);
      Set<ByteString> had = new HashSet<>();
      for (int i = 0; i < 4; i++) {
        PackagesAvailable offer = offer(world, i);
        int before = agent.gets().size();
        agent.offered(offer);
        world.run(world.now().plus(TO_AGREE));
        List<ByteString> gets = agent.gets().subList(before, agent.gets().size());
        assertThat(gets).as("seed %d", seed).doesNotHaveDuplicates();
        assertThat(had).as("seed %d: what was there", seed).noneMatch(gets::contains);
        fetched += gets.size();
        assertEnd(seed, agent, offer);
        had = new HashSet<>(agent.files());
      }
    }
    assertThat(fetched).isPositive();
  }

  private static SimulatedPackages live(long seed) {
    Simulation world = new Simulation(seed);
    SimulatedPackages agent = new SimulatedPackages(world);
    Server server = new Server(world, agent);
    int troubles = 5 + world.random.nextInt(20);
    for (int i = 1; i <= troubles; i++) {
      int number = i;
      Runnable trouble =
          switch (world.random.nextInt(6)) {
            case 0, 1 -> agent::dieSoon;
            case 2 -> agent::dieAndLoseAFile;
            default -> () -> server.want(offer(world, number));
          };
      world.at(Simulation.START.plus(world.upTo(NOISE)), trouble);
    }
    world.run(Simulation.START.plus(NOISE).plus(Duration.ofMinutes(1)));
    world.calmDown();
    PackagesAvailable last = offer(world, 1000);
    server.want(last);
    world.run(world.now().plus(TO_AGREE));
    assertEnd(seed, agent, last);
    return agent;
  }

  private static void assertEnd(long seed, SimulatedPackages agent, PackagesAvailable offer) {
    assertThat(agent.faults()).as("seed %d", seed).isEmpty();
    assertThat(agent.isIdle()).as("seed %d: idle", seed).isTrue();
    PackageStatuses told = agent.told();
    assertThat(told.getServerProvidedAllPackagesHash())
        .as("seed %d: PKG-10", seed)
        .isEqualTo(offer.getAllPackagesHash());
    Set<ByteString> contents = new HashSet<>();
    offer
        .getPackagesMap()
        .forEach(
            (name, offered) -> {
              PackageStatus status = told.getPackagesOrThrow(name);
              assertThat(status.getStatus())
                  .as("seed %d: '%s'", seed, name)
                  .isEqualTo(PackageStatusEnum.PackageStatusEnum_Installed);
              assertThat(status.getAgentHasHash())
                  .as("seed %d: '%s'", seed, name)
                  .isEqualTo(offered.getHash());
              HeldPackage held = agent.disk().getHeldMap().get(name);
              if (held != null) {
                assertThat(held.getContentHash())
                    .as("seed %d: '%s'", seed, name)
                    .isEqualTo(offered.getFile().getContentHash());
                contents.add(held.getContentHash());
              }
            });
    assertThat(agent.files()).as("seed %d: the disk", seed).isEqualTo(contents);
    assertThat(offer.getPackagesMap().keySet())
        .as("seed %d: nothing else", seed)
        .containsAll(agent.disk().getHeldMap().keySet());
    Set<String> listed = new HashSet<>(offer.getPackagesMap().keySet());
    listed.add("local");
    assertThat(told.getPackagesMap().keySet()).as("seed %d: PKG-21", seed).isEqualTo(listed);
  }

  /** Some packages, of which each has one of three contents under one of two hashes. */
  private static PackagesAvailable offer(Simulation world, int number) {
    PackagesAvailable.Builder offer =
        PackagesAvailable.newBuilder()
            .setAllPackagesHash(ByteString.copyFromUtf8("offer " + number));
    for (String name : NAMES) {
      if (world.random.nextBoolean()) {
        boolean local = name.equals("local") && world.random.nextBoolean();
        // What has the same hash is the same (PKG-13).
        int content = local ? 0 : world.random.nextInt(3);
        String hash = name + content + world.random.nextInt(2);
        offer.putPackages(
            name,
            PackageAvailable.newBuilder()
                .setType(
                    name.isEmpty()
                        ? PackageType.PackageType_TopLevel
                        : PackageType.PackageType_Addon)
                .setVersion(hash)
                .setHash(
                    local
                        ? SimulatedPackages.LOCAL.get(name).getHash()
                        : ByteString.copyFromUtf8(hash))
                .setFile(
                    DownloadableFile.newBuilder()
                        .setDownloadUrl("https://packages.example/" + content)
                        .setContentHash(SimulatedPackages.content("content " + content)))
                .build());
      }
    }
    return offer.build();
  }

  /** Offers what is wanted whenever the agent has not echoed it. */
  private static final class Server {
    private final Simulation world;
    private final SimulatedPackages agent;
    private PackagesAvailable wanted = PackagesAvailable.getDefaultInstance();

    Server(Simulation world, SimulatedPackages agent) {
      this.world = world;
      this.agent = agent;
      world.after(HEARTBEAT, this::tick);
    }

    void want(PackagesAvailable offer) {
      wanted = offer;
      push();
    }

    private void tick() {
      push();
      world.after(HEARTBEAT, this::tick);
    }

    private void push() {
      boolean asked = !wanted.equals(PackagesAvailable.getDefaultInstance());
      ByteString echo = agent.told().getServerProvidedAllPackagesHash();
      if (asked && !echo.equals(wanted.getAllPackagesHash())) {
        agent.offered(wanted);
      }
    }
  }
}
