package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.opamp4j.core.rollout.ErrorLimit;
import io.opamp4j.core.rollout.RolloutCommand;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.server.fleet.FleetEditor.Going;
import io.opamp4j.storage.Document;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A rollout with nodes that drive it, command it, look at it, and die in between. */
final class RolloutHandoverTest {
  private static final RolloutPlan ALL =
      RolloutPlan.all().with(Duration.ZERO, Duration.ofSeconds(30));

  private final RolloutFixture server = new RolloutFixture();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aNodeThatDiesBeforeItSaysWhichVersionRunsLeavesThatToTheNext() {
    endUnsettled();

    server.documents.heal();
    server.restart();
    server.pass(Duration.ofSeconds(2));

    assertThat(server.runningVersion()).isEqualTo(2);
  }

  /** Otherwise the next rollout would begin with taking everybody back to the version before. */
  @Test
  void aRolloutAfterOneThatWasLeftUnsettledBeginsWhereThatEnded() {
    endUnsettled();
    server.documents.heal();
    server.write("newer", Going.DRAFT);

    RolloutDesk.Report next = server.desk.start(server.request(RolloutPlan.standard()), "me");
    server.pass(Duration.ofSeconds(1));

    assertThat(next.kept().from()).isEqualTo(2);
    assertThat(server.running("newer")).isEqualTo(3);
    assertThat(server.running("new")).isEqualTo(7);
  }

  @Test
  void whoeverLooksWritesNothingHoweverMuchIsDue() {
    begin(10, RolloutPlan.standard().with(Duration.ZERO, Duration.ofSeconds(30)));
    server.pass(Duration.ofSeconds(1));
    server.restart();
    server.agent(0).connected = false;
    server.time.advance(Duration.ofMinutes(5));
    int writes = server.documents.writes();
    long revision = server.report().kept().revision();

    RolloutDesk.Report here = server.report();
    RolloutDesk.Report there = server.elsewhere().find("web").orElseThrow();

    assertThat(server.documents.writes()).isEqualTo(writes);
    assertThat(here.kept().revision()).isEqualTo(revision);
    assertThat(there).isEqualTo(here);
    assertThat(here.progress().get(0).settled()).isEqualTo(3);
    server.pass(Duration.ofSeconds(1));
    assertThat(server.documents.writes()).as("who drives goes on").isGreaterThan(writes);
  }

  @Test
  void whatIsOverIsShownAsItWasAndNobodyIsAskedForIt() {
    begin(10, ALL.with(ErrorLimit.percent(100)));
    server.fails = (agent, config) -> agent.uid.leastSignificant() == 4;
    server.pass(Duration.ofSeconds(3));
    List<StageProgress> end = server.report().progress();
    assertThat(end).containsExactly(new StageProgress("rest", 10, 10, 0, 9, 1, 0, 0));

    server.agents().forEach(agent -> agent.connected = false);
    server.add(5, Map.of());
    server.pass(Duration.ofSeconds(2));
    int walks = server.walks;

    assertThat(server.report().progress()).isEqualTo(end);
    assertThat(server.elsewhere().find("web").orElseThrow()).isEqualTo(server.report());
    assertThat(server.walks).isEqualTo(walks);
  }

  @Test
  void theNumbersOfWhatIsOverFollowAgentsThatAreRetried() {
    begin(
        10, ALL.with(ErrorLimit.percent(100)).with(Duration.ofSeconds(9), Duration.ofSeconds(30)));
    server.fails = (agent, config) -> agent.uid.leastSignificant() == 4;
    server.pass(Duration.ofSeconds(12));
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    server.fails = (agent, config) -> false;

    server.elsewhere().command("web", RolloutCommand.RETRY_FAILED, "me", "");
    server.pass(Duration.ofSeconds(3));

    assertThat(server.running("new")).isEqualTo(10);
    assertThat(server.report().progress())
        .containsExactly(new StageProgress("rest", 10, 10, 0, 10, 0, 0, 0));
  }

  @Test
  void theCauseIsStillToldWhenTheVersionHasBeenTakenBack() {
    server.add(90, Map.of("zone", "good"));
    server.add(10, Map.of("zone", "bad"));
    settle();
    server.write("new", Going.DRAFT);
    server.fails =
        (agent, config) -> config.equals("new") && agent.note.labels().get("zone").equals("bad");
    server.desk.start(server.request(ALL), "me");
    server.pass(Duration.ofSeconds(2));
    assertThat(phase()).isEqualTo(RolloutPhase.PAUSED);
    var told = server.report().traits();
    assertThat(told).extracting(trait -> trait.key() + "=" + trait.value()).contains("zone=bad");
    assertThat(server.elsewhere().find("web").orElseThrow().traits()).isEqualTo(told);

    server.elsewhere().command("web", RolloutCommand.ROLL_BACK, "me", "");
    server.pass(Duration.ofSeconds(5));

    assertThat(phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
    assertThat(server.report().traits()).isEqualTo(told);
    assertThat(server.runningVersion()).isEqualTo(1);
  }

  @Test
  void aCommandThroughAnotherNodeBeginsNoGateAnew() {
    begin(10, RolloutPlan.all().with(Duration.ofSeconds(30), Duration.ofMinutes(5)));
    server.pass(Duration.ofSeconds(25));
    assertThat(phase()).isEqualTo(RolloutPhase.RUNNING);

    server.elsewhere().command("web", RolloutCommand.PAUSE, "me", "");
    server.elsewhere().command("web", RolloutCommand.RESUME, "me", "");
    server.pass(Duration.ofSeconds(10));

    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
  }

  /** A rollout that seems to have no agents would be complete, and everybody released. */
  @Test
  void aNodeThatHasNotHeardOfARolloutDoesNotTakeItForOneWithoutAgents() {
    server.add(10, Map.of());
    settle();
    RolloutDesk deaf = server.deaf();
    RolloutDesk blind = server.deaf();
    server.write("new", Going.DRAFT);
    server.desk.start(
        server.request(RolloutPlan.standard().with(Duration.ZERO, Duration.ofSeconds(30))), "me");

    assertThat(blind.find("web").orElseThrow()).isEqualTo(server.report());
    RolloutDesk.Report paused = deaf.command("web", RolloutCommand.PAUSE, "me", "").orElseThrow();

    assertThat(paused.kept().state().phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(paused.progress().get(0).agents()).isEqualTo(10);
    assertThat(paused.progress().get(0).released()).isEqualTo(3);
  }

  @Test
  void aRolloutThatIsNotAboutWhatAgentsGetAnyMoreTakesNoCommand() {
    begin(10, ALL);
    server.pass(Duration.ofSeconds(3));
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    server.write("newest", Going.DRAFT);
    Document said = server.documents.find("configuration-running", "web").orElseThrow();
    String third = said.body().toStringUtf8().replaceFirst("^2 ", "3 ");
    server.documents.put(said.kind(), said.id(), ByteString.copyFromUtf8(third), said.version());
    server.pass(Duration.ofSeconds(2));
    assertThat(server.running("newest")).as("what runs was said elsewhere").isEqualTo(10);

    assertThatExceptionOfType(RolloutRefusedException.class)
        .isThrownBy(() -> server.desk.command("web", RolloutCommand.ROLL_BACK, "me", ""));
  }

  /** Versions of documents begin anew with a document that was removed. */
  @Test
  void aRolloutOfANamesakeIsNotTakenForTheOneInWork() {
    begin(10, RolloutPlan.standard().with(Duration.ZERO, Duration.ofSeconds(30)));
    server.pass(Duration.ofSeconds(7));
    assertThat(server.report().kept().revision()).isGreaterThan(2);
    server.editor.remove("web");
    server.write("other", Going.LIVE);
    server.agents().forEach(agent -> agent.runs = "");
    server.write("another", Going.DRAFT);

    server.elsewhere().start(server.request(ALL), "me");
    server.pass(Duration.ofSeconds(5));

    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.running("another")).isEqualTo(10);
  }

  private void endUnsettled() {
    begin(10, ALL);
    server.documents.failAfter(1);
    server.pass(Duration.ofSeconds(3));
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.runningVersion()).isEqualTo(1);
  }

  private void begin(int agents, RolloutPlan plan) {
    server.add(agents, Map.of());
    settle();
    server.write("new", Going.DRAFT);
    server.desk.start(server.request(plan), "me");
  }

  private void settle() {
    server.write("old", Going.LIVE);
    server.pass(Duration.ofSeconds(1));
  }

  private RolloutPhase phase() {
    return server.report().kept().state().phase();
  }
}
