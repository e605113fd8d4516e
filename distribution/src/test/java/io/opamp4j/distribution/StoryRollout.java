package io.opamp4j.distribution;

import static io.opamp4j.distribution.Story.IN_THE_REST;
import static io.opamp4j.distribution.Story.words;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.rest.EventStream;
import io.opamp4j.distribution.StoryFleet.Member;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The second version goes out, stage by stage. */
final class StoryRollout {
  private static final List<String> PLAN =
      List.of(
          "web",
          "--stage",
          "canary=wave=canary",
          "--stage",
          "eu=region=eu",
          "--first",
          "10",
          "--factor",
          "3",
          "--interval",
          "1s",
          "--health-gate",
          "1s",
          "--result-deadline",
          "10s",
          "--max-errors",
          "5%");
  private static final int TRIED = 5;
  private static final Predicate<Member> NEW = member -> !member.isOld();

  private final Story story;
  private final Ctl ctl;
  private final StoryFleet fleet;
  private final StoryView view;
  private final List<Member> away;
  private final List<Member> lost;

  /**
   * @param away two canaries, three in the EU and two others that leave before
   * @param lost three others that are cut off in the middle
   */
  StoryRollout(Story story, List<Member> away, List<Member> lost) {
    this.story = story;
    this.ctl = story.ctl();
    this.fleet = story.fleet();
    this.view = story.view();
    this.away = away;
    this.lost = lost;
  }

  void someLeave() {
    story.transcript().remark("Seven agents leave.");
    story.swarm().run(() -> away.forEach(member -> member.line().leave()));
    view.awaitState(away, "Disconnected");
    assertThat(view.list("state=Disconnected", "--state", "Disconnected"))
        .isEqualTo(StoryView.uids(away));
  }

  void itIsTriedOnFive() {
    story.edit(2);
    assertThat(ctl.ok("apply", "-f", "fleet", "--draft")).isEqualTo("web updated (version 2)\n");
    assertThat(ctl.ok("configs", "diff", "web")).contains("\n+processors:\n");
    ctl.ok("rollouts", "start", "web", "--first", "5", "--interval", "1h", "--health-gate", "0s");
    view.awaitRollout("has reached five", r -> r.at("/stages/0/applied").asInt() == TRIED);
    assertThat(ctl.ok("rollouts", "cancel", "web", "--reason", "only a try"))
        .contains("Phase:    Cancelled\n");
    assertThat(view.rollout().get("phase").asText()).isEqualTo("Cancelled");
    assertThat(
            view.list(
                "configuration=web&version=2&state=Connected",
                "--configuration",
                "web",
                "--config-version",
                "2",
                "--state",
                "Connected"))
        .as("they keep it")
        .hasSize(TRIED);
    assertThat(view.offered(fleet.members(), view.hash(2))).isEqualTo(TRIED);
  }

  void itIsPlanned() {
    String text = ctl.ok(words(List.of("rollouts", "plan"), PLAN.toArray(String[]::new)));
    assertThat(text).containsPattern("Incompatible: +20\n").contains("processor batch\n");
    JsonNode plan = ctl.json(words(List.of("rollouts", "plan"), PLAN.toArray(String[]::new)));
    assertThat(plan.get("incompatible"))
        .hasSize(StoryFleet.OLD)
        .allMatch(one -> one.get("missing").toString().equals("[\"processor batch\"]"));
    assertThat(plan.get("upToDate").asInt()).isEqualTo(TRIED);
    assertThat(plan.get("disconnected").asInt()).isEqualTo(away.size());
    assertThat(plan.get("quarantined").asInt()).isZero();
    assertThat(plan.get("total").asInt())
        .as("everybody else")
        .isEqualTo(StoryFleet.SIZE - StoryFleet.OLD - TRIED - away.size());
    assertThat(plan.get("stages"))
        .extracting(stage -> stage.get("name").asText())
        .containsExactly("canary", "eu", "rest");
    assertThat(plan.at("/stages/1/steps")).hasSizeGreaterThan(2);
    assertThat(plan.at("/stages/1/steps/0").asInt()).isEqualTo(10);
    assertThat(plan.at("/stages/1/steps/1").asInt()).isEqualTo(30);
    assertThat(plan.get("earliestSeconds").asInt()).isBetween(5, 60);
    assertThat(plan.get("order")).hasSize(100);
    assertThat(view.offered(fleet.members(), view.hash(2))).as("a plan does nothing").isEqualTo(5);
  }

  void theFirstStageWaits() {
    String[] start = words(List.of("rollouts", "start"), PLAN.toArray(String[]::new));
    ServerProcess.Result started = ctl.run(words(List.of(start), "--wait"));
    assertThat(started.exitCode()).as(started.err()).isZero();
    assertThat(started.out()).contains("Phase:    Waiting\n");
    assertWaitsAfter("canary");
    Predicate<Member> canary = NEW.and(Member::isCanary).and(m -> !away.contains(m));
    view.awaitRunning(fleet.members(canary), "Connected", view.hash(2));
    assertThat(view.offered(fleet.members(m -> !m.isCanary()), view.hash(2)))
        .as("none but those of the try")
        .isLessThanOrEqualTo(TRIED);

    Member pending =
        fleet.members(IN_THE_REST).stream()
            .filter(m -> !away.contains(m) && !view.offers(m).contains(view.hash(2)))
            .findFirst()
            .orElseThrow();
    assertThat(ctl.ok("why", pending.uid()))
        .containsPattern("State: +Pending\n")
        .contains("web v2 is planned for it by a running rollout and not sent yet");
    assertThat(view.why(pending).get("reason").asText())
        .isEqualTo("web v2 is planned by a rollout");
  }

  /**
   * @param restart kills the server and starts it again
   */
  void theSecondStageOutlivesTheServer(Runnable restart) {
    String[] typed = {"rollouts", "continue", "web", "--wait"};
    ServerProcess waiting = ctl.start(typed);
    JsonNode middle =
        view.awaitRollout(
            "is in the middle of the second stage",
            r ->
                r.get("stage").asText().equals("eu")
                    && StoryView.stage(r, "eu").get("released").asInt() > 0);
    assertThat(middle.get("phase").asText()).isEqualTo("Running");
    assertThat(StoryView.stage(middle, "eu").get("released").asInt())
        .isLessThan(StoryView.stage(middle, "eu").get("total").asInt());
    story.swarm().run(() -> lost.forEach(member -> ((SwarmSocket) member.line()).kill(false)));
    view.awaitState(lost, "Disconnected");
    long before = view.lastEvent();

    restart.run();

    ServerProcess.Result result = ctl.end(waiting, typed);
    story.transcript().remark("Meanwhile the server was killed (`kill -9`) and started again.");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("Phase:    Waiting\n");
    assertWaitsAfter("eu");
    List<EventStream.Event> events =
        new EventTap(story.rest().base(), "kind=StatusChanged").take(before, 100);
    assertThat(events.get(0).type()).as("what it missed is not kept").isEqualTo("reset");
    assertThat(events.subList(1, 100)).allMatch(event -> event.type().equals("StatusChanged"));
    assertThat(events.stream().map(event -> Long.valueOf(event.id())))
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(id -> id > before);

    List<Member> back = away.subList(0, 5);
    story.transcript().remark("Five of the seven return, whose stages are over.");
    returns(back);
  }

  void theThirdStageCompletesIt() {
    ServerProcess.Result done = ctl.run("rollouts", "continue", "web", "--wait");
    assertThat(done.exitCode()).as(done.err()).isZero();
    assertThat(done.out()).contains("Phase:    Done\n");
    assertThat(view.rollout().get("phase").asText()).isEqualTo("Done");
    assertThat(view.rollout().get("failures")).isEmpty();
    returns(away.subList(5, 7));
    List<Member> there = fleet.members(NEW.and(member -> !lost.contains(member)));
    view.awaitRunning(there, "Connected", view.hash(2));
    assertThat(view.counts("state", ""))
        .isEqualTo(
            Map.of(
                "Connected",
                there.size(),
                "Incompatible",
                StoryFleet.OLD,
                "Disconnected",
                lost.size()));
    assertThat(ctl.ok("agents", "count")).containsPattern("Incompatible +20\n");
    assertThat(view.offered(lost, view.hash(2))).isZero();
  }

  void theOldKeepWhatTheyHave() {
    List<Member> old = fleet.members(Member::isOld);
    view.awaitRunning(old, "Incompatible", view.hash(1));
    assertThat(view.list("state=Incompatible", "--state", "Incompatible"))
        .isEqualTo(StoryView.uids(old));
    assertThat(old).allMatch(member -> view.offers(member).equals(List.of(view.hash(1))));
    assertThat(ctl.ok("why", old.get(0).uid()))
        .containsPattern("State: +Incompatible\n")
        .contains("Withheld: configuration: the agent lacks processor batch\n");
    assertThat(view.why(old.get(0)).at("/withheld/0/reason").asText())
        .isEqualTo("the agent lacks processor batch");
  }

  private void returns(List<Member> members) {
    assertThat(view.offered(members, view.hash(2))).as("while they were away").isZero();
    story.swarm().run(() -> members.forEach(member -> member.line().join()));
    view.awaitRunning(members, "Connected", view.hash(2));
  }

  private void assertWaitsAfter(String stage) {
    JsonNode rollout = view.rollout();
    assertThat(rollout.get("phase").asText()).isEqualTo("Waiting");
    assertThat(rollout.get("stage").asText()).isEqualTo(stage);
    assertThat(rollout.get("failures")).isEmpty();
  }
}
