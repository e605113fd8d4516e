package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A small fleet under a rollout, with an operator who does anything at any time and a server that
 * may die between any two inputs.
 */
final class RolloutWorld {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final ByteString TARGET = ByteString.copyFromUtf8("v2");

  final Random random;
  final String name;
  private final PriorityQueue<Happening> queue =
      new PriorityQueue<>(Comparator.comparing(Happening::at).thenComparingLong(Happening::number));
  private final Map<InstanceUid, SimulatedMember> agents = new LinkedHashMap<>();
  private final RolloutPlan plan;
  private final RolloutBooks books;
  private Instant now = START;
  private long happenings;
  private int joined;
  private boolean calm;
  Rollout rollout;
  private Optional<Instant> wakeUp = Optional.empty();

  private record Happening(Instant at, long number, Runnable what) {}

  RolloutWorld(long seed) {
    random = new Random(seed);
    name = "seed " + seed;
    plan = randomPlan();
    books = new RolloutBooks(name, plan, agents);
    int size = random.nextInt(25);
    for (int i = 0; i < size; i++) {
      SimulatedMember agent = newcomer();
      agents.put(agent.view.uid(), agent);
    }
    RolloutStep step = RolloutMachine.start(plan, TARGET, random.nextLong(), views(), "alice", now);
    books.check(noStepYet(step.state()), step, Optional.empty(), now);
    adopt(step);
    agents.keySet().forEach(this::offer);
  }

  Instant now() {
    return now;
  }

  RolloutPhase phase() {
    return rollout.state().phase();
  }

  void at(Instant time, Runnable what) {
    queue.add(new Happening(time, happenings++, what));
  }

  void in(Duration delay, Runnable what) {
    at(now.plus(delay), what);
  }

  Duration upTo(int seconds) {
    return Duration.ofMillis(random.nextInt(seconds * 1000 + 1));
  }

  /** Lets everything happen that happens until then; ticks when the machine wants it. */
  void run(Instant until) {
    while (true) {
      Optional<Instant> next = Optional.ofNullable(queue.peek()).map(Happening::at);
      boolean tick = wakeUp.isPresent() && (next.isEmpty() || wakeUp.get().isBefore(next.get()));
      Optional<Instant> due = tick ? wakeUp : next;
      if (due.isEmpty() || due.get().isAfter(until)) {
        now = until;
        return;
      }
      now = due.get().isAfter(now) ? due.get() : now;
      if (tick) {
        tick();
      } else {
        queue.remove().what.run();
      }
    }
  }

  void tick() {
    apply(RolloutMachine.tick(rollout, now), Optional.empty());
  }

  /** Some trouble with some agent. */
  void trouble() {
    if (agents.isEmpty() || random.nextInt(12) == 0) {
      join();
      return;
    }
    List<InstanceUid> uids = List.copyOf(agents.keySet());
    InstanceUid uid = uids.get(random.nextInt(uids.size()));
    SimulatedMember agent = agents.get(uid);
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> {
        change(uid, view -> Views.connected(view, false));
        int away = random.nextInt(4) == 0 ? 600 : 20;
        in(upTo(away), () -> change(uid, view -> Views.connected(view, true)));
      }
      case 3 -> change(uid, view -> Views.at(view, random.nextInt(plan.stages().size())));
      case 4 -> says(uid, view -> Views.healthy(view, false, ""));
      case 5 -> says(uid, view -> Views.healthy(view, true, ""));
      case 6 -> lie(uid, Reported.APPLIED);
      case 7 -> lie(uid, Reported.FAILED);
      case 8 -> lie(uid, Reported.OTHER);
      case 9 -> {
        lie(uid, Reported.APPLIED);
        in(upTo(2), () -> lie(uid, Reported.FAILED));
        in(upTo(4), () -> lie(uid, Reported.APPLIED));
      }
      case 10 -> says(uid, view -> Views.compatible(view, !view.compatible()));
      case 11 -> agent.silent = !agent.silent;
      case 12 -> agent.good = !agent.good;
      default -> {
        agents.remove(uid);
        apply(RolloutMachine.agentLeft(rollout, uid, now), Optional.of(uid));
      }
    }
  }

  /** Some command; one that does not fit the phase must be refused and change nothing. */
  void command(RolloutCommand command) {
    Rollout before = rollout;
    RolloutStep step;
    try {
      step = execute(command);
    } catch (RolloutCommandException e) {
      assertThat(command.isAllowedIn(RolloutMachine.tick(before, now).state().phase()))
          .as("%s: %s", name, e.getMessage())
          .isFalse();
      return;
    }
    if (command == RolloutCommand.RETRY_FAILED) {
      // What became due with the command may have failed just before it.
      Set<InstanceUid> failed =
          RolloutMachine.tick(before, now).state().faults().failures().keySet();
      failed.stream()
          .map(agents::get)
          .filter(agent -> agent != null && agent.view.reported() == Reported.FAILED)
          .forEach(agent -> agent.mayRetry = true);
      failed.stream()
          .map(agents::get)
          .filter(agent -> agent != null && !agent.view.connected())
          .forEach(agent -> agent.forgotten = true);
    }
    apply(step, Optional.empty());
  }

  /** The same at another node, which knows no more than was kept; this one follows. */
  void commandElsewhere(RolloutCommand command) {
    Rollout mine = rollout;
    agents.values().forEach(agent -> agent.forgotten |= !agent.view.connected());
    apply(RolloutMachine.restored(mine.state(), views(), now), Optional.empty());
    command(command);
    RolloutState theirs = RolloutCodec.decode(RolloutCodec.encode(rollout.state()));
    apply(RolloutMachine.adopted(mine, theirs, now), Optional.empty());
    agents.keySet().forEach(this::offer);
  }

  /** The process dies; another one goes on with what was kept. */
  void crash() {
    RolloutState kept = RolloutCodec.decode(RolloutCodec.encode(rollout.state()));
    assertThat(kept).as(name).isEqualTo(rollout.state());
    if (random.nextBoolean()) {
      for (InstanceUid uid : agents.keySet()) {
        SimulatedMember agent = agents.get(uid);
        if (agent.view.connected()) {
          agent.set(Views.connected(agent.view, false), now, plan.healthGate());
          in(upTo(10), () -> change(uid, view -> Views.connected(view, true)));
        }
      }
    }
    agents.values().forEach(agent -> agent.forgotten = !agent.view.connected());
    RolloutStep step = RolloutMachine.restored(kept, views(), now);
    books.check(rollout, step, Optional.empty(), now);
    adopt(step);
    agents.keySet().forEach(this::offer);
  }

  /** From now on every agent does what it should. */
  void calmDown() {
    calm = true;
    queue.clear();
    for (InstanceUid uid : List.copyOf(agents.keySet())) {
      SimulatedMember agent = agents.get(uid);
      agent.good = true;
      agent.silent = false;
      agent.answering = false;
      change(uid, view -> Views.healthy(Views.connected(view, true), true, ""));
      offer(uid);
    }
  }

  void assertEveryoneHasWhatTheyShould() {
    RolloutState state = rollout.state();
    for (SimulatedMember agent : agents.values()) {
      AgentView view = agent.view;
      Version version = state.versionFor(view.uid(), view.stage(), view.reported());
      switch (state.phase()) {
        case DONE -> assertThat(version).as("%s: %s", name, view).isNotEqualTo(Version.OLD);
        case ROLLED_BACK -> assertThat(version).as("%s: %s", name, view).isEqualTo(Version.OLD);
        default -> {}
      }
      if (version == Version.NEW && view.compatible()) {
        assertThat(view.reported()).as("%s: %s", name, view).isEqualTo(Reported.APPLIED);
      }
      if (version == Version.OLD) {
        assertThat(view.reported()).as("%s: %s", name, view).isNotEqualTo(Reported.APPLIED);
      }
    }
  }

  private RolloutStep execute(RolloutCommand command) {
    return switch (command) {
      case PAUSE -> RolloutMachine.pause(rollout, "bob", "lunch", now);
      case RESUME -> RolloutMachine.resume(rollout, "bob", now);
      case CONTINUE -> RolloutMachine.continueStage(rollout, "bob", now);
      case RETRY_FAILED -> RolloutMachine.retryFailed(rollout, "bob", now);
      case CANCEL -> RolloutMachine.cancel(rollout, "bob", now);
      case ROLL_BACK -> RolloutMachine.rollBack(rollout, "bob", now);
    };
  }

  private void join() {
    SimulatedMember agent = newcomer();
    agents.put(agent.view.uid(), agent);
    apply(RolloutMachine.agentChanged(rollout, agent.view, now), Optional.of(agent.view.uid()));
    offer(agent.view.uid());
  }

  /** An agent says what is not so; one that does not is left with what it says now. */
  private void lie(InstanceUid uid, Reported what) {
    says(uid, view -> Views.reporting(view, what));
  }

  private void says(InstanceUid uid, UnaryOperator<AgentView> how) {
    SimulatedMember agent = agents.get(uid);
    if (agent != null && agent.view.connected()) {
      change(uid, how);
    }
  }

  private void change(InstanceUid uid, UnaryOperator<AgentView> how) {
    SimulatedMember agent = agents.get(uid);
    if (agent == null) {
      return;
    }
    agent.set(how.apply(agent.view), now, plan.healthGate());
    apply(RolloutMachine.agentChanged(rollout, agent.view, now), Optional.of(uid));
    offer(uid);
  }

  private void apply(RolloutStep step, Optional<InstanceUid> about) {
    books.check(rollout, step, about, now);
    adopt(step);
    step.retarget().forEach(this::offer);
  }

  private void adopt(RolloutStep step) {
    rollout = step.rollout();
    wakeUp = step.wakeUp();
    assertThat(wakeUp.orElse(Instant.MAX)).as("%s: wake up", name).isAfter(now);
  }

  /** Sends what the agent should have and has not, as the server would. */
  private void offer(InstanceUid uid) {
    SimulatedMember agent = agents.get(uid);
    if (agent == null || !agent.view.connected()) {
      return;
    }
    AgentView view = agent.view;
    Version version = rollout.state().versionFor(uid, view.stage(), view.reported());
    if (version == Version.OLD) {
      if (view.reported() != Reported.OTHER && phase().isBackward() && !agent.silent) {
        in(upTo(5), () -> leave(uid));
      }
      return;
    }
    if (version == Version.WITHHELD || view.reported() == Reported.APPLIED || !view.compatible()) {
      return;
    }
    assertThat(view.reported() != Reported.FAILED || agent.mayRetry)
        .as("%s: offered although it had failed: %s", name, view)
        .isTrue();
    assertThat(phase().isBackward()).as("%s: offered on the way back", name).isFalse();
    agent.everOffered = true;
    if (!agent.silent && !agent.answering) {
      agent.answering = true;
      in(upTo(calm ? 3 : 15), () -> answer(uid));
    }
  }

  private void leave(InstanceUid uid) {
    SimulatedMember agent = agents.get(uid);
    if (agent != null && agent.view.connected() && phase().isBackward()) {
      AgentView view = agent.view;
      if (rollout.state().versionFor(uid, view.stage(), view.reported()) == Version.OLD) {
        change(uid, v -> Views.reporting(v, Reported.OTHER));
      }
    }
  }

  private void answer(InstanceUid uid) {
    SimulatedMember agent = agents.get(uid);
    if (agent == null) {
      return;
    }
    agent.answering = false;
    if (!agent.view.connected() || phase().isBackward()) {
      return;
    }
    if (agent.view.reported() == Reported.FAILED) {
      if (!agent.mayRetry) {
        return;
      }
      change(uid, view -> Views.reporting(view, Reported.OTHER));
    }
    change(uid, view -> Views.reporting(view, agent.good ? Reported.APPLIED : Reported.FAILED));
  }

  private RolloutPlan randomPlan() {
    int stages = 1 + random.nextInt(3);
    List<Stage> named = new ArrayList<>();
    for (int i = 1; i < stages; i++) {
      named.add(new Stage("s" + i, randomPacing()));
    }
    Duration gate = Duration.ofSeconds(List.of(0, 5, 30).get(random.nextInt(3)));
    Duration deadline = Duration.ofSeconds(20 + random.nextInt(40));
    ErrorLimit limit =
        random.nextBoolean()
            ? ErrorLimit.agents(1 + random.nextInt(4))
            : ErrorLimit.percent(1 + random.nextInt(60));
    return RolloutPlan.progressive(named, randomPacing())
        .with(gate, deadline)
        .with(limit)
        .rollingBackAt(randomPacing());
  }

  private Pacing randomPacing() {
    if (random.nextInt(5) == 0) {
      return Pacing.ALL;
    }
    int first = 1 + random.nextInt(3);
    return new Pacing(
        first,
        1 + random.nextInt(3),
        first + random.nextInt(6),
        Duration.ofSeconds(random.nextInt(6)));
  }

  private SimulatedMember newcomer() {
    SimulatedMember agent =
        new SimulatedMember(
            new AgentView(
                new InstanceUid(7, ++joined),
                random.nextInt(plan.stages().size()),
                random.nextInt(6) > 0,
                random.nextInt(8) > 0,
                random.nextInt(10) > 0 ? Reported.OTHER : Reported.APPLIED,
                random.nextInt(10) > 0,
                ""));
    agent.good = random.nextInt(8) > 0;
    agent.silent = random.nextInt(15) == 0;
    agent.set(agent.view, now, plan.healthGate());
    return agent;
  }

  private List<AgentView> views() {
    return agents.values().stream().map(agent -> agent.view).toList();
  }

  private Rollout noStepYet(RolloutState state) {
    return new Rollout(
        state.with(Front.before(plan.stages().size(), now)),
        Roster.empty(state.salt(), plan.stages().size()));
  }
}
