package io.opamp4j.core.rollout;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A rollout with numbered agents: agent 0 has the first turn, agent 1 the next, and so on. */
final class Drill {
  static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  static final ByteString TARGET = ByteString.copyFromUtf8("v2");
  static final Duration GATE = Duration.ofSeconds(30);
  static final Duration DEADLINE = Duration.ofMinutes(5);
  static final long SALT = 42;

  final List<AgentView> agents = new ArrayList<>();
  final List<RolloutEvent> events = new ArrayList<>();
  Instant now = T0;
  RolloutStep step;
  Rollout rollout;

  /** This many agents, all of them in the only stage, there, well and on the old version. */
  static Drill with(int agents) {
    Drill drill = new Drill();
    for (InstanceUid uid : uids(agents)) {
      drill.agents.add(new AgentView(uid, 0, true, true, Reported.OTHER, true, ""));
    }
    return drill;
  }

  /** In the order of their turn. */
  static List<InstanceUid> uids(int count) {
    return LongStream.range(0, count)
        .mapToObj(i -> new InstanceUid(7, i))
        .sorted(Comparator.comparing(uid -> Spread.place(uid, SALT), Long::compareUnsigned))
        .toList();
  }

  /** One agent with every step, each as soon as the one before it is through, and no gate. */
  static RolloutPlan oneByOne() {
    return RolloutPlan.paced(pace(1)).with(Duration.ZERO, DEADLINE);
  }

  static Pacing pace(int size) {
    return new Pacing(size, 1, size, Duration.ZERO);
  }

  /** These stages and the rest, one agent with every step, and no gate. */
  static RolloutPlan stages(String... names) {
    List<Stage> named = new ArrayList<>();
    for (String name : names) {
      named.add(new Stage(name, pace(1)));
    }
    return RolloutPlan.progressive(named, pace(1)).with(Duration.ZERO, DEADLINE);
  }

  Drill inStages(int... stages) {
    for (int i = 0; i < stages.length; i++) {
      agents.set(i, Views.at(agents.get(i), stages[i]));
    }
    return this;
  }

  Drill start(RolloutPlan plan) {
    return took(RolloutMachine.start(plan, TARGET, SALT, agents, "alice", now));
  }

  Drill says(int agent, Reported reported) {
    return hears(agent, Views.reporting(agents.get(agent), reported));
  }

  Drill says(int agent, Reported reported, String error) {
    return hears(agent, Views.reporting(agents.get(agent), reported, error));
  }

  Drill applied(int... which) {
    for (int agent : which) {
      says(agent, Reported.APPLIED);
    }
    return this;
  }

  Drill healthy(int agent, boolean healthy) {
    return hears(
        agent, Views.healthy(agents.get(agent), healthy, healthy ? "" : "exporter queue is full"));
  }

  Drill there(int agent, boolean connected) {
    return hears(agent, Views.connected(agents.get(agent), connected));
  }

  Drill fits(int agent, boolean compatible) {
    return hears(agent, Views.compatible(agents.get(agent), compatible));
  }

  Drill moves(int agent, int stage) {
    return hears(agent, Views.at(agents.get(agent), stage));
  }

  /** Before the start it is only noted. */
  Drill hears(int agent, AgentView view) {
    agents.set(agent, view);
    return rollout == null ? this : took(RolloutMachine.agentChanged(rollout, view, now));
  }

  /** Time goes by, and the machine hears of it at the end only. */
  Drill after(Duration time) {
    now = now.plus(time);
    return took(RolloutMachine.tick(rollout, now));
  }

  Drill afterSeconds(int seconds) {
    return after(Duration.ofSeconds(seconds));
  }

  Drill pause() {
    return took(RolloutMachine.pause(rollout, "bob", "lunch", now));
  }

  Drill resume() {
    return took(RolloutMachine.resume(rollout, "bob", now));
  }

  Drill continueStage() {
    return took(RolloutMachine.continueStage(rollout, "bob", now));
  }

  Drill retryFailed() {
    return took(RolloutMachine.retryFailed(rollout, "bob", now));
  }

  Drill cancel() {
    return took(RolloutMachine.cancel(rollout, "bob", now));
  }

  Drill rollBack() {
    return took(RolloutMachine.rollBack(rollout, "bob", now));
  }

  /** The server is started again; everybody has to connect anew. */
  Drill restart() {
    agents.replaceAll(view -> Views.connected(view, false));
    RolloutState kept = RolloutCodec.decode(RolloutCodec.encode(rollout.state()));
    return took(RolloutMachine.restored(kept, agents, now));
  }

  RolloutPhase phase() {
    return rollout.state().phase();
  }

  Version version(int agent) {
    AgentView v = agents.get(agent);
    return rollout.state().versionFor(v.uid(), v.stage(), v.reported());
  }

  /** The numbers of the agents that had their turn. */
  List<Integer> released() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < agents.size(); i++) {
      if (rollout.state().isReleased(agents.get(i).uid(), agents.get(i).stage())) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  Optional<Failure> failure(int agent) {
    return Optional.ofNullable(rollout.state().faults().failures().get(agents.get(agent).uid()));
  }

  int number(InstanceUid uid) {
    return agents.stream().map(AgentView::uid).toList().indexOf(uid);
  }

  private Drill took(RolloutStep taken) {
    step = taken;
    rollout = taken.rollout();
    events.addAll(taken.events());
    return this;
  }
}
