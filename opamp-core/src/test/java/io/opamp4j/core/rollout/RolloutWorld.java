package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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
 * may die between any two inputs. It keeps its own books on what is allowed, and checks every step
 * against them.
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
  private Instant now = START;
  private long happenings;
  private int joined;
  private boolean calm;
  Rollout rollout;
  private Optional<Instant> wakeUp = Optional.empty();

  /** Who was given the version by the running step, by the world's own account. */
  private List<InstanceUid> lastGiven = List.of();

  private record Happening(Instant at, long number, Runnable what) {}

  /** What is so about one agent, as opposed to what the machine believes. */
  private static final class SimulatedMember {
    AgentView view;
    boolean good;
    boolean silent;
    boolean answering;
    boolean mayRetry;
    boolean everOffered;

    /** It has not been there since the server started or the failed were retried. */
    boolean forgotten;

    boolean proved;
    boolean saidApplied;
    Instant wellSince = Instant.MAX;

    SimulatedMember(AgentView view) {
      this.view = view;
    }
  }

  RolloutWorld(long seed) {
    random = new Random(seed);
    name = "seed " + seed;
    plan = randomPlan();
    int size = random.nextInt(25);
    for (int i = 0; i < size; i++) {
      SimulatedMember agent = newcomer();
      agents.put(agent.view.uid(), agent);
    }
    RolloutStep step = RolloutMachine.start(plan, TARGET, random.nextLong(), views(), "alice", now);
    check(noStepYet(step.state()), step, Optional.empty());
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
        change(uid, view -> connected(view, false));
        int away = random.nextInt(4) == 0 ? 600 : 20;
        in(upTo(away), () -> change(uid, view -> connected(view, true)));
      }
      case 3 -> change(uid, view -> at(view, random.nextInt(plan.stages().size())));
      case 4 -> says(uid, view -> health(view, false));
      case 5 -> says(uid, view -> health(view, true));
      case 6 -> lie(uid, Reported.APPLIED);
      case 7 -> lie(uid, Reported.FAILED);
      case 8 -> lie(uid, Reported.OTHER);
      case 9 -> {
        lie(uid, Reported.APPLIED);
        in(upTo(2), () -> lie(uid, Reported.FAILED));
        in(upTo(4), () -> lie(uid, Reported.APPLIED));
      }
      case 10 -> says(uid, view -> compatible(view, !view.compatible()));
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

  /** The process dies; another one goes on with what was kept. */
  void crash() {
    RolloutState kept = RolloutCodec.decode(RolloutCodec.encode(rollout.state()));
    assertThat(kept).as(name).isEqualTo(rollout.state());
    if (random.nextBoolean()) {
      for (InstanceUid uid : agents.keySet()) {
        SimulatedMember agent = agents.get(uid);
        if (agent.view.connected()) {
          set(agent, connected(agent.view, false));
          in(upTo(10), () -> change(uid, view -> connected(view, true)));
        }
      }
    }
    agents.values().forEach(agent -> agent.forgotten = !agent.view.connected());
    RolloutStep step = RolloutMachine.restored(kept, views(), now);
    check(kept, step, Optional.empty());
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
      change(uid, view -> health(connected(view, true), true));
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
    says(uid, view -> reporting(view, what));
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
    set(agent, how.apply(agent.view));
    apply(RolloutMachine.agentChanged(rollout, agent.view, now), Optional.of(uid));
    offer(uid);
  }

  private void set(SimulatedMember agent, AgentView view) {
    agent.forgotten &= !view.connected();
    agent.proved |= isProved(agent);
    agent.proved &= view.reported() == Reported.APPLIED;
    boolean well = view.connected() && view.healthy() && view.reported() == Reported.APPLIED;
    if (!well) {
      agent.wellSince = Instant.MAX;
    } else if (agent.wellSince.equals(Instant.MAX)) {
      agent.wellSince = now;
    }
    if (view.reported() != Reported.FAILED) {
      agent.mayRetry = false;
    }
    agent.saidApplied |= view.reported() == Reported.APPLIED;
    agent.view = view;
  }

  private boolean isProved(SimulatedMember agent) {
    return !agent.wellSince.isAfter(now.minus(plan.healthGate()));
  }

  private void apply(RolloutStep step, Optional<InstanceUid> about) {
    check(rollout.state(), step, about);
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
        change(uid, v -> reporting(v, Reported.OTHER));
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
      change(uid, view -> reporting(view, Reported.OTHER));
    }
    change(uid, view -> reporting(view, agent.good ? Reported.APPLIED : Reported.FAILED));
  }

  private void check(RolloutState before, RolloutStep step, Optional<InstanceUid> about) {
    RolloutState after = step.state();
    boolean stays = !after.phase().isBackward();
    int newlyDue = 0;
    List<InstanceUid> given = new ArrayList<>();
    Set<InstanceUid> retarget = new HashSet<>(step.retarget());
    for (SimulatedMember agent : agents.values()) {
      AgentView view = agent.view;
      InstanceUid uid = view.uid();
      if (about.isPresent() && about.get().equals(uid)) {
        continue;
      }
      boolean was = before.isReleased(uid, view.stage());
      boolean is = after.isReleased(uid, view.stage());
      assertThat(stays && was && !is).as("%s: %s taken back", name, uid).isFalse();
      if (!was && is && view.isDue()) {
        newlyDue++;
        given.add(uid);
      }
      if (view.connected()
          && before.versionFor(uid, view.stage(), view.reported())
              != after.versionFor(uid, view.stage(), view.reported())) {
        assertThat(retarget).as("%s: told of %s", name, view).contains(uid);
      }
    }
    about.ifPresent(uid -> checkKept(before, after, uid));
    assertThat(newlyDue).as("%s: a step's size", name).isLessThanOrEqualTo(allowed(before, after));
    if (after.front().stepAt().equals(now) && tookStep(before, after)) {
      checkStepWasDue(before, after, about);
      lastGiven = given;
    }
    checkErrors(after);
  }

  private void checkKept(RolloutState before, RolloutState after, InstanceUid uid) {
    Optional<Member> old = rollout.roster().find(uid);
    SimulatedMember agent = agents.get(uid);
    if (old.isPresent() && agent != null && !after.phase().isBackward()) {
      boolean was = before.isReleased(uid, old.get().view().stage());
      boolean is = after.isReleased(uid, agent.view.stage());
      assertThat(was && !is).as("%s: %s moved and was taken back", name, uid).isFalse();
    }
  }

  private static boolean tookStep(RolloutState before, RolloutState after) {
    return !after.phase().isBackward()
        && after.front().steps() > 0
        && (after.front().steps() != before.front().steps()
            || after.front().stage() != before.front().stage());
  }

  private int allowed(RolloutState before, RolloutState after) {
    Pacing pacing = after.stage().pacing();
    boolean same = before.front().stage() == after.front().stage();
    int sum = 0;
    for (int i = same ? before.front().steps() : 0; i < after.front().steps(); i++) {
      sum += Math.min(pacing.size(i), 1000);
    }
    return sum;
  }

  private void checkStepWasDue(
      RolloutState before, RolloutState after, Optional<InstanceUid> about) {
    Front old = before.front();
    if (old.stage() != after.front().stage() || old.steps() == 0) {
      return;
    }
    assertThat(after.front().stepAt())
        .as("%s: the pause between steps", name)
        .isAfterOrEqualTo(old.stepAt().plus(after.stage().pacing().interval()));
    for (InstanceUid uid : lastGiven) {
      SimulatedMember agent = agents.get(uid);
      // Those that left, do not fit any more, moved, or are the news itself hold up nobody.
      if (agent == null
          || about.equals(Optional.of(uid))
          || !agent.view.compatible()
          || agent.forgotten
          || agent.view.stage() != old.stage()
          || after.faults().failures().containsKey(uid)) {
        continue;
      }
      assertThat(agent.proved || isProved(agent))
          .as("%s: %s went before %s was well", name, after.front(), agent.view)
          .isTrue();
    }
  }

  private void checkErrors(RolloutState after) {
    Faults faults = after.faults();
    boolean tooMany =
        plan.errorLimit().isReachedBy(faults.errors() - faults.forgiven(), after.front().given());
    if (tooMany) {
      assertThat(after.phase())
          .as("%s: goes on with %s", name, faults)
          .isNotIn(RolloutPhase.RUNNING, RolloutPhase.WAITING);
    }
    if (after.phase() == RolloutPhase.PAUSED
        && after.standing().since().equals(now)
        && after.standing().reason().contains("limit")) {
      assertThat(tooMany).as("%s: paused for nothing", name).isTrue();
    }
    faults
        .failures()
        .forEach(
            (uid, failure) -> {
              SimulatedMember agent = agents.get(uid);
              if (agent != null && failure.kind() == Failure.Kind.NO_RESULT) {
                // After a restart nobody knows whether it had the version before its turn.
                assertThat(agent.everOffered || agent.saidApplied)
                    .as("%s: %s %s", name, uid, failure)
                    .isTrue();
              }
            });
    if (after.phase() == RolloutPhase.RUNNING) {
      for (SimulatedMember agent : agents.values()) {
        AgentView view = agent.view;
        if (view.connected()
            && view.compatible()
            && view.reported() == Reported.FAILED
            && after.isReleased(view.uid(), view.stage())
            && !agent.mayRetry) {
          assertThat(faults.failures()).as("%s: %s", name, view).containsKey(view.uid());
        }
      }
    }
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
    set(agent, agent.view);
    return agent;
  }

  private List<AgentView> views() {
    return agents.values().stream().map(agent -> agent.view).toList();
  }

  private RolloutState noStepYet(RolloutState state) {
    return state.with(Front.before(plan.stages().size(), now));
  }

  Map<RolloutPhase, Integer> seen() {
    return new HashMap<>(Map.of(phase(), 1));
  }

  private static AgentView connected(AgentView v, boolean connected) {
    return new AgentView(
        v.uid(), v.stage(), connected, v.compatible(), v.reported(), v.healthy(), v.error());
  }

  private static AgentView at(AgentView v, int stage) {
    return new AgentView(
        v.uid(), stage, v.connected(), v.compatible(), v.reported(), v.healthy(), v.error());
  }

  private static AgentView health(AgentView v, boolean healthy) {
    return new AgentView(
        v.uid(), v.stage(), v.connected(), v.compatible(), v.reported(), healthy, v.error());
  }

  private static AgentView compatible(AgentView v, boolean compatible) {
    return new AgentView(
        v.uid(), v.stage(), v.connected(), compatible, v.reported(), v.healthy(), v.error());
  }

  private static AgentView reporting(AgentView v, Reported reported) {
    String error = reported == Reported.FAILED ? "unknown exporter otlp/x" : "";
    return new AgentView(
        v.uid(), v.stage(), v.connected(), v.compatible(), reported, v.healthy(), error);
  }
}
