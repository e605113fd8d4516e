package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutState;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import java.time.Instant;
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
 * @param chronicle what is told of it
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
    RolloutChronicle chronicle,
    long revision) {
  public ConfigurationRollout {
    requireNonNull(configuration, "configuration");
    requireNonNull(created, "created");
    selectors = List.copyOf(selectors);
    requireNonNull(started, "started");
    requireNonNull(by, "by");
    requireNonNull(state, "state");
    requireNonNull(chronicle, "chronicle");
    if (selectors.size() != state.plan().stages().size() - 1) {
      throw new IllegalArgumentException(
          "%d selectors for %d stages".formatted(selectors.size(), state.plan().stages().size()));
    }
  }

  /** One that is about to begin. */
  public static ConfigurationRollout planned(
      Configuration latest,
      long from,
      Configuration to,
      List<Selector> selectors,
      String by,
      RolloutState state,
      long revision) {
    return new ConfigurationRollout(
        latest.name(),
        latest.created(),
        from,
        to.version(),
        selectors,
        state.standing().since(),
        by,
        state,
        RolloutChronicle.EMPTY,
        revision);
  }

  /** As it is after a step. */
  public ConfigurationRollout after(RolloutState next, List<RolloutEvent> happened) {
    return with(next, chronicle.with(happened), revision);
  }

  /**
   * With what is told of it.
   *
   * @param progress of each stage, if it is over
   * @param traits that the failing agents have in common
   */
  public ConfigurationRollout telling(List<StageProgress> progress, List<Trait> traits) {
    return with(state, chronicle.with(progress, traits), revision);
  }

  ConfigurationRollout at(long newRevision) {
    return with(state, chronicle, newRevision);
  }

  private ConfigurationRollout with(RolloutState next, RolloutChronicle told, long newRevision) {
    return new ConfigurationRollout(
        configuration, created, from, to, selectors, started, by, next, told, newRevision);
  }

  /** Whether this is the other one, at perhaps another time, and not one before or after it. */
  public boolean isSameAs(ConfigurationRollout other) {
    return created.equals(other.created) && started.equals(other.started) && to == other.to;
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
