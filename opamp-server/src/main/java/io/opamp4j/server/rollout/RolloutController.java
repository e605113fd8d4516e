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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell round the {@link RolloutMachine}: tells it what agents do, keeps what it decides, and
 * has the fleet follow. What is kept is compared and set, so of two who drive one wins and the
 * other begins again from what is stored. Thread-safe; methods block on storage, one at a time.
 */
final class RolloutController {
  private static final Logger log = LoggerFactory.getLogger(RolloutController.class);

  private final FleetWatcher fleet;
  private final RolloutStore store;
  private final RolloutSettlement settlement;
  private final AgentDirectory agents;
  private final Catalogues components;

  private final Object lock = new Object();
  // guarded by lock; by configuration
  private final Map<String, Driven> driven = new HashMap<>();
  // guarded by lock; configurations whose rollout was begun here, and is not in the fleet's view
  // yet
  private final Set<String> begun = new HashSet<>();

  @Inject
  RolloutController(
      FleetWatcher fleet,
      RolloutStore store,
      RolloutSettlement settlement,
      AgentDirectory agents,
      Catalogues components) {
    this.fleet = fleet;
    this.store = store;
    this.settlement = settlement;
    this.agents = agents;
    this.components = components;
  }

  /** A rollout in work: as it is kept, with its agents, and what it was told of them. */
  private record Driven(ConfigurationRollout kept, Rollout rollout, Crowd crowd) {}

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
        if (kept.isActive() || !kept.state().faults().retrying().isEmpty()) {
          drive(kept, now);
        } else {
          driven.remove(name);
        }
      }
      there.addAll(begun);
      driven.keySet().retainAll(there);
    }
  }

  /** Another node drives. */
  void letGo() {
    synchronized (lock) {
      driven.clear();
      begun.clear();
    }
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
      ConfigurationRollout kept = store.put(planned.after(step.rollout().state(), step.events()));
      // Were it put together from what is kept, it would expect everybody back who is away.
      driven.put(kept.configuration(), new Driven(kept, step.rollout(), crowd));
      begun.add(kept.configuration());
      tell(kept, step.events());
      return kept;
    }
  }

  /**
   * Carries out what an operator wants.
   *
   * @param command made of the rollout as it is
   * @throws VersionConflictException if somebody else changed the rollout at the same moment
   */
  ConfigurationRollout command(
      ConfigurationRollout kept, Instant now, Function<Rollout, RolloutStep> command) {
    synchronized (lock) {
      Driven before = current(kept, now);
      return keep(before, command.apply(before.rollout)).kept;
    }
  }

  /** The rollout with its agents, to look at. */
  Rollout look(ConfigurationRollout kept, Instant now) {
    synchronized (lock) {
      return current(kept, now).rollout;
    }
  }

  private void drive(ConfigurationRollout seen, Instant now) {
    try {
      Driven before = current(seen, now);
      Driven after = before;
      Optional<Audience> audience = fleet.audience(seen.configuration());
      if (audience.isPresent()) {
        Crowd.News news = before.crowd.look(audience.get());
        after = keep(before, heard(before.rollout, news, now));
      }
      driven.put(seen.configuration(), after);
    } catch (VersionConflictException e) {
      log.debug("rollout of {} was changed by somebody else", seen.configuration());
      driven.remove(seen.configuration());
      fleet.refresh();
    } catch (StorageException | UnreadableConfigurationException e) {
      log.warn(
          "rollout of {} cannot go on, will try again: {}", seen.configuration(), e.getMessage());
      driven.remove(seen.configuration());
    }
  }

  /** As this node has it in work; otherwise put together again from what is kept. */
  private Driven current(ConfigurationRollout kept, Instant now) {
    @Nullable Driven before = driven.get(kept.configuration());
    // What this node wrote last may not be in the fleet's view yet.
    if (before != null && before.kept.revision() >= kept.revision()) {
      return before;
    }
    Crowd crowd = new Crowd(agents, components);
    List<AgentView> views =
        fleet.audience(kept.configuration()).map(a -> crowd.look(a).changed()).orElse(List.of());
    RolloutStep restored = RolloutMachine.restored(kept.state(), views, now);
    return keep(new Driven(kept, restored.rollout(), crowd), restored);
  }

  /** One step for everything that is new, so that it is kept at once. */
  private static RolloutStep heard(Rollout rollout, Crowd.News news, Instant now) {
    List<RolloutEvent> events = new ArrayList<>();
    boolean durable = false;
    RolloutStep step = null;
    Rollout current = rollout;
    for (AgentView agent : news.changed()) {
      step = RolloutMachine.agentChanged(current, agent, now);
      current = step.rollout();
      durable |= step.durable();
      events.addAll(step.events());
    }
    for (InstanceUid uid : news.left()) {
      step = RolloutMachine.agentLeft(current, uid, now);
      current = step.rollout();
      durable |= step.durable();
      events.addAll(step.events());
    }
    step = RolloutMachine.tick(current, now);
    events.addAll(step.events());
    return new RolloutStep(
        step.rollout(), durable || step.durable(), step.retarget(), events, step.wakeUp());
  }

  private Driven keep(Driven before, RolloutStep step) {
    if (!step.durable() && step.events().isEmpty()) {
      return new Driven(before.kept, step.rollout(), before.crowd);
    }
    ConfigurationRollout kept = store.put(before.kept.after(step.rollout().state(), step.events()));
    Driven after = new Driven(kept, step.rollout(), before.crowd);
    driven.put(kept.configuration(), after);
    tell(kept, step.events());
    return after;
  }

  private void tell(ConfigurationRollout kept, List<RolloutEvent> events) {
    settlement.settle(kept);
    for (RolloutEvent event : events) {
      log.info("rollout of {} v{}: {}", kept.configuration(), kept.to(), event.text());
    }
    fleet.refresh();
  }
}
