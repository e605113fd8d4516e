package io.opamp4j.distribution;

import static io.opamp4j.distribution.Story.EUROPEAN;
import static io.opamp4j.distribution.Story.IN_THE_REST;
import static io.opamp4j.distribution.Story.SOUND;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.distribution.StoryFleet.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator's day with the packaged server and command line and a fleet of 300 agents: a version
 * goes out in three stages while the server is killed, and a bad one stops by itself and is taken
 * back. Each step is looked at over REST, on the command line and, where it matters, from the
 * agents' side. What was typed and printed is left in {@code target/fleet-story.md}. {@code
 * -Dstory.seed=} chooses other agents.
 */
class FleetStoryIT {
  private static final long SEED = Long.getLong("story.seed", 1);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @TempDir Path folder;

  private final Transcript transcript = new Transcript();
  private ServerProcess server;
  private Swarm swarm;
  private Story story;

  @BeforeEach
  void start() {
    server = server(Ports.free(1).get(0));
    swarm = new Swarm(server.port(), INTERVAL, SEED);
    Rest rest = new Rest(server.url());
    Ctl ctl = new Ctl(folder, transcript);
    story =
        new Story(
            folder,
            transcript,
            ctl,
            rest,
            swarm,
            swarm.on(() -> new StoryFleet(swarm, SEED)),
            new StoryView(rest, ctl, swarm));
  }

  @AfterEach
  void stop() {
    transcript.writeTo(ServerProcess.distribution().resolveSibling("fleet-story.md"));
    swarm.close();
    server.close();
  }

  @Test
  void aVersionReachesEveryAgentItFitsAndABadOneStopsByItselfAndIsTakenBack() {
    StoryFleet fleet = story.fleet();
    transcript.heading("A fleet");
    agentsJoin();
    theyAreLabelled();

    transcript.heading("A version goes out in three stages");
    List<Member> away = new ArrayList<>(fleet.some(2, SOUND.and(Member::isCanary)));
    away.addAll(fleet.some(3, SOUND.and(EUROPEAN)));
    away.addAll(fleet.some(2, IN_THE_REST));
    List<Member> lost =
        fleet.some(3, IN_THE_REST.and(m -> m.line() instanceof SwarmSocket && !away.contains(m)));
    StoryRollout rollout = new StoryRollout(story, away, lost);
    rollout.someLeave();
    rollout.itIsTriedOnFive();
    rollout.itIsPlanned();
    rollout.theFirstStageWaits();
    rollout.theSecondStageOutlivesTheServer(this::killAndRestart);
    rollout.theThirdStageCompletesIt();
    rollout.theOldKeepWhatTheyHave();

    transcript.heading("A bad version");
    StoryFailure failure = new StoryFailure(story, lost);
    failure.itPausesAndNamesTheCause();
    failure.whoFailedIsLeftAlone();
    failure.itIsTakenBack();

    transcript.heading("Looking around");
    StoryTour tour = new StoryTour(story);
    tour.agentsAreFound();
    tour.oneIsShownAndWatched();
    tour.manyAreRestartedOnce();

    story.view().assertNothingOfferedTwice(fleet.members());
    assertThat(swarm.faults()).isEmpty();
  }

  private void agentsJoin() {
    StoryFleet fleet = story.fleet();
    Ctl ctl = story.ctl();
    StoryView view = story.view();
    ctl.use(server.url());
    swarm.run(() -> fleet.members().forEach(member -> member.line().join()));
    swarm.awaitJoined(fleet.agents());
    story.edit(1);
    ServerProcess.Result dry = ctl.run("apply", "-f", "fleet", "--dry-run", "--exit-code");
    assertThat(dry.exitCode()).isEqualTo(7);
    assertThat(dry.out()).contains("web would be created");
    assertThat(ctl.ok("apply", "-f", "fleet")).isEqualTo("web created (version 1)\n");
    view.awaitRunning(fleet.members(), "Connected", view.hash(1));

    assertThat(ctl.ok("status")).contains("300 Connected\n");
    assertThat(ctl.ok("nodes")).containsPattern(" yes +yes +300 +300\n");
    assertThat(view.counts("state", "")).isEqualTo(Map.of("Connected", StoryFleet.SIZE));
    assertThat(view.counts("label:region", "")).isEqualTo(Map.of("eu", 120, "us", 120, "ap", 60));
    assertThat(ctl.ok("agents", "count", "--by", "label:os.version"))
        .containsPattern(Pattern.quote(StoryFleet.FAULTY_SYSTEM) + " +" + StoryFleet.FAULTY + "\n");
  }

  private void theyAreLabelled() {
    StoryView view = story.view();
    assertThat(label("--dry-run")).startsWith("20 agents match, 20 would change\n");
    assertThat(view.total("wave=canary")).as("after a dry run").isZero();
    assertThat(label("--yes")).startsWith("20 agents match, 20 changed\n");
    assertThat(view.counts("state", "wave=canary")).isEqualTo(Map.of("Connected", 20));
    assertThat(label("--yes")).as("once more").startsWith("20 agents match, 0 changed\n");
  }

  private String label(String earnest) {
    return story.ctl().ok("agents", "label", "-l", "env=test,region=us", earnest, "wave=canary");
  }

  private void killAndRestart() {
    server.kill();
    server = server.restart();
    server.url();
  }

  private ServerProcess server(int port) {
    return ServerProcess.jar(
            folder.resolve("server"),
            "--server.port=" + port,
            "--agents.heartbeat-interval=5s",
            "--agents.heartbeat-ttl=10s",
            "--agents.server-heartbeat-ttl=10s",
            "--agents.heartbeat-expiry-interval=1s",
            "--agents.min-retry-after=1s")
        .start();
  }
}
