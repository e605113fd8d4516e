package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of a configuration from one version to another, as it is kept: there is at most one for
 * each configuration, be it over or not.
 *
 * @param configuration its name
 * @param created when the configuration was created; tells namesakes apart
 * @param from the version that ran before; {@link RunningVersion#NONE} if none did
 * @param to the version that agents are to get
 * @param selectors of the stages but the last, which takes everybody else
 * @param started when
 * @param by who wanted it
 * @param state how far it is
 * @param events what happened, the oldest first; at most {@link #MOST_EVENTS}
 * @param revision of the document; 0 if it was not written yet
 */
public record ConfigurationRollout(
    String configuration,
    Instant created,
    long from,
    long to,
    List<Selector> selectors,
    Instant started,
    String by,
    RolloutState state,
    List<RolloutEvent> events,
    long revision) {
  /** Older ones are let go. */
  public static final int MOST_EVENTS = 200;

  public ConfigurationRollout {
    requireNonNull(configuration, "configuration");
    requireNonNull(created, "created");
    selectors = List.copyOf(selectors);
    requireNonNull(started, "started");
    requireNonNull(by, "by");
    requireNonNull(state, "state");
    events = List.copyOf(events);
    if (selectors.size() != state.plan().stages().size() - 1) {
      throw new IllegalArgumentException(
          "%d selectors for %d stages".formatted(selectors.size(), state.plan().stages().size()));
    }
  }

  /** As it is after a step. */
  public ConfigurationRollout after(RolloutState next, List<RolloutEvent> happened) {
    List<RolloutEvent> all = new ArrayList<>(events);
    all.addAll(happened);
    List<RolloutEvent> latest = all.subList(Math.max(0, all.size() - MOST_EVENTS), all.size());
    return new ConfigurationRollout(
        configuration, created, from, to, selectors, started, by, next, latest, revision);
  }

  ConfigurationRollout at(long newRevision) {
    return new ConfigurationRollout(
        configuration, created, from, to, selectors, started, by, state, events, newRevision);
  }

  /** Whether this is about that configuration, and not about an earlier one of the same name. */
  public boolean isOf(Configuration configuration) {
    return created.equals(configuration.created());
  }

  /** Whether it is still about what agents get, if this version runs. */
  boolean concerns(long running) {
    return running == from || running == to;
  }

  /** Whether it is on its way, in either direction. */
  public boolean isActive() {
    return !state.phase().isOver();
  }

  /** The version that runs when it ends as things are: the new one only if it is complete. */
  public long settled() {
    return state.phase() == RolloutPhase.DONE ? to : from;
  }
}
