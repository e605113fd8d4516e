package io.opamp4j.server.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.Rollout;
import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutMachine;
import io.opamp4j.core.rollout.RolloutStep;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.fleet.Audience;
import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.fleet.FleetWatcher;
import io.opamp4j.server.fleet.RolloutSettlement;
import io.opamp4j.server.fleet.RolloutStore;
import io.opamp4j.server.fleet.UnreadableConfigurationException;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell round the {@link RolloutMachine}: tells it what agents do, keeps what it decides, and
 * has the fleet follow. What is kept is compared and set, so of two who drive one wins and the
 * other goes on from what is stored. Thread-safe; methods block on storage, one at a time, but for
 * {@link #look}.
 */
final class RolloutController {
  private static final Logger log = LoggerFactory.getLogger(RolloutController.class);

  private final FleetWatcher fleet;
  private final RolloutStore store;
  private final RolloutSettlement settlement;
  private final Findings findings;
  private final AgentDirectory agents;
  private final Catalogues components;

  private final Object lock = new Object();
  // By configuration; changed while holding lock, read by any thread.
  private final Map<String, Driven> driven = new ConcurrentHashMap<>();
  // guarded by lock; configurations whose rollout was begun here, and is not in the fleet's view
  // yet
  private final Set<String> begun = new HashSet<>();
  // guarded by lock; by configuration, the last that was seen to be settled
  private final Map<String, ConfigurationRollout> settled = new HashMap<>();

  @Inject
  RolloutController(
      FleetWatcher fleet,
      RolloutStore store,
      RolloutSettlement settlement,
      Findings findings,
      AgentDirectory agents,
      Catalogues components) {
    this.fleet = fleet;
    this.store = store;
    this.settlement = settlement;
    this.findings = findings;
    this.agents = agents;
    this.components = components;
  }

  /** A rollout in work: as it is kept, with its agents, and what it was told of them. */
  private record Driven(ConfigurationRollout kept, Rollout rollout, Crowd crowd) {
    /** Whether nothing newer is known; what was written last may not be in the fleet's view yet. */
    boolean isUpToDate(ConfigurationRollout seen) {
      return kept.isSameAs(seen) && kept.revision() >= seen.revision();
    }
  }

  /** Time has passed. Called on the node that drives. */
  void tick(Instant now) {
    tick(fleet.rollouts(), now);
  }

  /**
   * Time has passed.
   *
   * @param shown the rollouts in the fleet's view, which may lag behind what was begun here
   */
  void tick(List<ConfigurationRollout> shown, Instant now) {
    synchronized (lock) {
      Set<String> there = new HashSet<>();
      for (ConfigurationRollout kept : shown) {
        String name = kept.configuration();
        @Nullable Driven mine = driven.get(name);
        if (begun.contains(name) && mine != null && mine.kept.revision() > kept.revision()) {
          continue;
        }
        begun.remove(name);
        there.add(name);
        settleOnce(kept);
        if (kept.isActive() || !kept.state().faults().retrying().isEmpty()) {
          drive(kept, now);
        } else {
          driven.remove(name);
        }
      }
      there.addAll(begun);
      driven.keySet().retainAll(there);
      settled.keySet().retainAll(there);
    }
  }

  /** Another node drives. */
  void letGo() {
    synchronized (lock) {
      driven.clear();
      begun.clear();
      settled.clear();
    }
  }

  /**
   * Makes sure that the version runs that the rollout of this configuration has come to, if there
   * is one, whoever drove it.
   */
  void settle(String configuration) {
    settlement.settle(configuration);
  }

  /**
   * Begins a rollout.
   *
   * @param step what {@link RolloutMachine#start} decided
   * @param crowd the agents it was told of
   */
  ConfigurationRollout begin(ConfigurationRollout planned, RolloutStep step, Crowd crowd) {
    synchronized (lock) {
      driven.remove(planned.configuration());
      ConfigurationRollout kept = write(planned, step.rollout(), step.events());
      // Were it put together from what is kept, it would expect everybody back who is away.
      driven.put(kept.configuration(), new Driven(kept, step.rollout(), crowd));
      begun.add(kept.configuration());
      return kept;
    }
  }

  /**
   * Carries out what an operator wants.
   *
   * @param command made of the rollout as it is
   * @return as it is afterwards
   * @throws RolloutRefusedException if it is not about what agents get, as far as this node knows
   * @throws VersionConflictException if somebody else changed the rollout at the same moment
   */
  ConfigurationRollout command(
      ConfigurationRollout kept, Instant now, Function<Rollout, RolloutStep> command) {
    synchronized (lock) {
      @Nullable Driven before = driven.get(kept.configuration());
      Course course =
          before != null && before.isUpToDate(kept)
              ? new Course(before)
              : followed(
                  kept,
                  fleet.audience(kept).orElseThrow(() -> RolloutRefusedException.unknown(kept)),
                  now);
      return keep(course.then(command.apply(course.rollout))).kept;
    }
  }

  /** Whether this node knows whom it concerns. */
  boolean knows(ConfigurationRollout kept) {
    return fleet.audience(kept).isPresent();
  }

  /** The rollout with its agents, to look at: nothing is decided, written or waited for. */
  Rollout look(ConfigurationRollout kept, Instant now) {
    @Nullable Driven here = driven.get(kept.configuration());
    if (here != null && here.isUpToDate(kept)) {
      return here.rollout;
    }
    List<AgentView> views =
        fleet
            .audience(kept)
            .map(audience -> new Crowd(agents, components).look(audience).changed())
            .orElse(List.of());
    return RolloutMachine.pictured(kept.state(), views, now);
  }

  /** What a node that dies leaves undone. */
  private void settleOnce(ConfigurationRollout kept) {
    String configuration = kept.configuration();
    @Nullable ConfigurationRollout last = settled.get(configuration);
    if (last != null && last.isSameAs(kept) && last.revision() >= kept.revision()) {
      return;
    }
    try {
      settlement.settle(configuration);
      settled.put(configuration, kept);
    } catch (StorageException | VersionConflictException | UnreadableConfigurationException e) {
      log.warn(
          "which version of {} runs cannot be said, will try again: {}",
          configuration,
          e.getMessage());
    }
  }

  private void drive(ConfigurationRollout seen, Instant now) {
    String configuration = seen.configuration();
    Optional<Audience> audience = fleet.audience(seen);
    if (audience.isEmpty()) {
      // The fleet is another one since a moment ago; the next tick sees it.
      return;
    }
    try {
      @Nullable Driven before = driven.get(configuration);
      if (before == null || !before.isUpToDate(seen)) {
        before = keep(followed(seen, audience.get(), now));
      }
      keep(heard(new Course(before), before.crowd.look(audience.get()), now));
    } catch (VersionConflictException e) {
      log.debug("rollout of {} was changed by somebody else", configuration);
      driven.remove(configuration);
      fleet.refresh();
    } catch (StorageException | UnreadableConfigurationException e) {
      log.warn("rollout of {} cannot go on, will try again: {}", configuration, e.getMessage());
      driven.remove(configuration);
    }
  }

  /**
   * A rollout as somebody else left it. If it was in work here, what was known of its agents is
   * kept; otherwise they are asked.
   */
  private Course followed(ConfigurationRollout kept, Audience audience, Instant now) {
    @Nullable Driven before = driven.get(kept.configuration());
    if (before != null && before.kept.isSameAs(kept)) {
      return new Course(new Driven(kept, before.rollout, before.crowd))
          .then(RolloutMachine.adopted(before.rollout, kept.state(), now));
    }
    Crowd crowd = new Crowd(agents, components);
    RolloutStep step = RolloutMachine.restored(kept.state(), crowd.look(audience).changed(), now);
    return new Course(new Driven(kept, step.rollout(), crowd)).then(step);
  }

  private static Course heard(Course course, Crowd.News news, Instant now) {
    for (AgentView agent : news.changed()) {
      course.then(RolloutMachine.agentChanged(course.rollout, agent, now));
    }
    for (InstanceUid uid : news.left()) {
      course.then(RolloutMachine.agentLeft(course.rollout, uid, now));
    }
    return course.then(RolloutMachine.tick(course.rollout, now));
  }

  /** Several steps that are kept at once. Confined to whoever holds the lock. */
  private static final class Course {
    private final Driven before;
    private final List<RolloutEvent> events = new ArrayList<>();
    private Rollout rollout;
    private boolean durable;

    Course(Driven before) {
      this.before = before;
      this.rollout = before.rollout;
    }

    Course then(RolloutStep step) {
      rollout = step.rollout();
      durable |= step.durable();
      events.addAll(step.events());
      return this;
    }
  }

  private Driven keep(Course course) {
    ConfigurationRollout kept = course.before.kept;
    if (course.durable || !course.events.isEmpty()) {
      kept = write(kept, course.rollout, course.events);
    }
    Driven after = new Driven(kept, course.rollout, course.before.crowd);
    driven.put(kept.configuration(), after);
    return after;
  }

  private ConfigurationRollout write(
      ConfigurationRollout before, Rollout rollout, List<RolloutEvent> events) {
    ConfigurationRollout next = before.after(rollout.state(), events);
    ConfigurationRollout kept = store.put(findings.keptWith(next, rollout));
    for (RolloutEvent event : events) {
      log.info("rollout of {} v{}: {}", kept.configuration(), kept.to(), event.text());
    }
    settlement.settle(kept.configuration());
    fleet.refresh();
    return kept;
  }
}
