package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.rest.EventStream;
import io.opamp4j.distribution.StoryFleet.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The third version, which 5 % of all agents refuse. */
final class StoryFailure {
  private final Story story;
  private final Ctl ctl;
  private final StoryFleet fleet;
  private final StoryView view;
  private final List<Member> lost;
  private List<Member> failed = List.of();

  /**
   * @param lost agents that were there under the first version for the last time
   */
  StoryFailure(Story story, List<Member> lost) {
    this.story = story;
    this.ctl = story.ctl();
    this.fleet = story.fleet();
    this.view = story.view();
    this.lost = lost;
  }

  void itPausesAndNamesTheCause() {
    story.edit(3);
    assertThat(ctl.ok("apply", "-f", "fleet", "--draft")).isEqualTo("web updated (version 3)\n");
    long before = view.lastEvent();
    EventTap tap = new EventTap(story.rest().base(), "kind=StatusChanged");
    CompletableFuture<List<EventStream.Event>> first = tap.next(before, 50);
    ServerProcess.Result start =
        ctl.run(
            "rollouts",
            "start",
            "web",
            "--first",
            "100",
            "--factor",
            "1",
            "--interval",
            "1s",
            "--health-gate",
            "0s",
            "--max-errors",
            "4%",
            "--wait");
    assertThat(start.exitCode()).as(start.err()).isEqualTo(6);
    assertThat(start.out())
        .contains("Phase:    Paused\n")
        .contains("agents failed, and the limit is 4 %")
        .contains(StoryFleet.REFUSAL);

    JsonNode paused =
        view.awaitRollout(
            "has paused, and all of its step have answered",
            r ->
                r.get("phase").asText().equals("Paused") && r.at("/stages/0/waiting").asInt() == 0);
    assertThat(paused.at("/contrast/0/trait").asText()).isEqualTo("os.version");
    assertThat(paused.at("/contrast/0/value").asText()).isEqualTo(StoryFleet.FAULTY_SYSTEM);
    assertThat(paused.at("/contrast/0/failing")).isEqualTo(paused.at("/contrast/0/failingOf"));
    assertThat(paused.at("/contrast/0/succeeding").asInt()).isZero();
    assertThat(ctl.ok("rollouts", "status", "web"))
        .containsPattern(
            "in common\nTRAIT .*\nos.version +" + StoryFleet.FAULTY_SYSTEM + " +([0-9]+) of \\1 ");
    failed = fleet.members(m -> m.isFaulty() && view.offers(m).contains(view.hash(3)));
    assertThat(paused.get("failures")).hasSameSizeAs(failed);
    assertThat(view.list("state=Error", "--state", "Error")).isEqualTo(StoryView.uids(failed));
    assertNothingIsMissed(tap, before, Swarm.within(first, "50 live events"));
  }

  /** The stream was cut after 50 events and is taken up again after the last of them. */
  private void assertNothingIsMissed(EventTap tap, long before, List<EventStream.Event> first) {
    List<Long> kept = view.events(before, "StatusChanged");
    List<EventStream.Event> all = new ArrayList<>(first);
    all.addAll(tap.take(Long.parseLong(first.get(49).id()), kept.size() - 50));
    assertThat(all).extracting(event -> Long.valueOf(event.id())).isEqualTo(kept);
  }

  void whoFailedIsLeftAlone() {
    Member one = failed.stream().filter(member -> !member.polls()).findFirst().orElseThrow();
    assertThat(ctl.ok("why", one.uid()))
        .containsPattern("State: +Error\n")
        .containsPattern("Reason: +config web v3 \\([0-9a-f]{8}\\) failed: " + StoryFleet.REFUSAL)
        .contains("Withheld: ");
    assertThat(view.why(one).at("/withheld/0/offer").asText()).isEqualTo("configuration");

    story.transcript().remark("Those that failed lose their connections, and come back.");
    List<Member> cut = failed.stream().filter(member -> !member.polls()).toList();
    List<CompletableFuture<Void>> ended =
        story
            .swarm()
            .on(() -> cut.stream().map(member -> ((SwarmSocket) member.line()).ended()).toList());
    story.swarm().run(() -> cut.forEach(member -> ((SwarmSocket) member.line()).kill(true)));
    Swarm.awaitAll(ended, "the ends of the connections");
    story.swarm().awaitJoined(cut.stream().map(Member::agent).toList());
    view.awaitState(failed, "Error");
    assertThat(failed).allMatch(member -> timesOffered(member, 3) == 1);
    JsonNode plan = ctl.json("rollouts", "plan", "web");
    assertThat(plan.get("quarantined").asInt()).isEqualTo(failed.size());
  }

  void itIsTakenBack() {
    ServerProcess.Result back =
        ctl.run("rollouts", "rollback", "web", "--reason", "Windows Server 2019", "--wait");
    assertThat(back.exitCode()).as(back.err()).isZero();
    assertThat(back.out()).contains("Phase:    RolledBack\n");
    assertThat(view.rollout().get("phase").asText()).isEqualTo("RolledBack");
    List<Member> there = fleet.members(member -> !member.isOld() && !lost.contains(member));
    view.awaitRunning(there, "Connected", view.hash(2));
    assertThat(story.rest().get("/api/v1/agents?configuration=web&version=3").get("items"))
        .isEmpty();

    story.transcript().remark("The three that were away all the time return.");
    story.swarm().run(() -> lost.forEach(member -> member.line().join()));
    view.awaitRunning(lost, "Connected", view.hash(2));
    assertThat(view.offered(lost, view.hash(3))).isZero();
    assertThat(failed).allMatch(member -> timesOffered(member, 3) == 1);
    assertThat(story.rest().get("/api/v1/configurations/web/versions").get("items"))
        .hasSize(3)
        .allMatch(version -> version.get("runningVersion").asInt() == 2);
    assertThat(ctl.ok("configs", "history", "web").lines()).hasSize(4);
  }

  private long timesOffered(Member member, int version) {
    String hash = view.hash(version);
    return view.offers(member).stream().filter(hash::equals).count();
  }
}
