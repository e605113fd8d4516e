package io.opamp4j.server.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.Rollout;
import io.opamp4j.core.rollout.RolloutCommand;
import io.opamp4j.core.rollout.RolloutMachine;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.RolloutPreview;
import io.opamp4j.core.rollout.RolloutStep;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.fleet.Audience;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.FleetWatcher;
import io.opamp4j.server.fleet.RolloutStore;
import io.opamp4j.server.fleet.RunningVersion;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators plan, start and steer rollouts. What they want is durable when a method returns.
 * Methods block and are thread-safe; they throw {@link io.opamp4j.storage.StorageException} when
 * the store fails.
 */
public final class RolloutDesk {
  private static final int ATTEMPTS = 5;
  private static final Logger log = LoggerFactory.getLogger(RolloutDesk.class);

  private final RolloutController controller;
  private final Findings findings;
  private final RolloutStore store;
  private final FleetEditor editor;
  private final FleetWatcher fleet;
  private final AgentDirectory agents;
  private final Catalogues components;
  private final InstantSource clock;

  @Inject
  RolloutDesk(
      RolloutController controller,
      Findings findings,
      RolloutStore store,
      FleetEditor editor,
      FleetWatcher fleet,
      AgentDirectory agents,
      Catalogues components,
      InstantSource clock) {
    this.controller = controller;
    this.findings = findings;
    this.store = store;
    this.editor = editor;
    this.fleet = fleet;
    this.agents = agents;
    this.components = components;
    this.clock = clock;
  }

  /**
   * What is to be rolled out, and how.
   *
   * @param latest the configuration, as {@link FleetEditor#find(String)} gave it
   * @param to the version that agents are to get
   * @param plan how it is to go
   * @param selectors of the plan's stages but the last
   */
  public record Request(
      Configuration latest, Configuration to, RolloutPlan plan, List<Selector> selectors) {
    public Request {
      selectors = List.copyOf(selectors);
    }

    /** Whether this rollout is what the request asks for. */
    public boolean asksFor(ConfigurationRollout rollout) {
      return rollout.isOf(latest)
          && rollout.to() == to.version()
          && rollout.state().plan().equals(plan)
          && rollout.selectors().equals(selectors);
    }
  }

  /**
   * A rollout and how far it is.
   *
   * @param kept what was decided
   * @param progress of each stage
   * @param traits what the failing agents have in common that the others have not
   */
  public record Report(
      ConfigurationRollout kept, List<StageProgress> progress, List<Trait> traits) {}

  /**
   * What would happen.
   *
   * @param course who gets the version when
   * @param missing what an agent lacks for the version
   */
  public record Preview(RolloutPreview course, Function<InstanceUid, List<String>> missing) {}

  /** What would happen, were it started now. */
  public Preview preview(Request request) {
    Audience audience = audience(request);
    return new Preview(
        RolloutPreview.of(request.plan, salt(request), views(audience)),
        uid ->
            agents
                .find(uid)
                .map(view -> audience.missing(view.report(), components))
                .orElse(List.of()));
  }

  /**
   * Starts it, with the first step at once.
   *
   * @param by who wants it
   * @throws RolloutRefusedException if another one is on its way, or the version runs already
   * @throws VersionConflictException if another one was started at the same moment
   */
  public Report start(Request request, String by) {
    String name = request.latest.name();
    long revision = store.revision(name);
    Optional<ConfigurationRollout> before = store.find(name).filter(r -> r.isOf(request.latest));
    if (before.filter(ConfigurationRollout::isActive).isPresent()) {
      throw new RolloutRefusedException("a rollout of " + name + " is on its way already");
    }
    // The node that drove the last one may have ended before it could.
    controller.settle(name);
    RunningVersion running = editor.running(request.latest);
    if (running.version() == request.to.version()) {
      throw new RolloutRefusedException(request.to.ref() + " runs already");
    }
    Instant now = clock.instant();
    Crowd crowd = new Crowd(agents, components);
    RolloutStep first =
        RolloutMachine.start(
            request.plan,
            request.to.hash().bytes(),
            salt(request),
            crowd.look(audience(request)).changed(),
            by,
            now);
    ConfigurationRollout kept =
        controller.begin(
            ConfigurationRollout.planned(
                request.latest,
                running.version(),
                request.to,
                request.selectors,
                by,
                first.rollout().state(),
                revision),
            first,
            crowd);
    editor.caughtUp(kept.configuration());
    return report(kept, first.rollout());
  }

  /**
   * Steers it.
   *
   * @param by who wants it
   * @param reason in plain words; may be empty
   * @param revision is given the rollout's before anything is done, and throws if it is the wrong
   *     one; called again when the rollout moves on meanwhile
   * @return empty if there is no rollout of this configuration
   * @throws RolloutRefusedException if it is not about what agents get any more
   * @throws io.opamp4j.core.rollout.RolloutCommandException if its phase does not take the command
   */
  public Optional<Report> command(
      String configuration,
      RolloutCommand command,
      String by,
      String reason,
      LongConsumer revision) {
    for (int attempt = 1; ; attempt++) {
      Optional<ConfigurationRollout> kept = store.find(configuration);
      if (kept.isEmpty()) {
        return Optional.empty();
      }
      revision.accept(kept.get().revision());
      catchUp(kept.get());
      Instant now = clock.instant();
      try {
        ConfigurationRollout after =
            controller.command(kept.get(), now, rollout -> step(rollout, command, by, reason, now));
        editor.caughtUp(configuration);
        return Optional.of(found(after));
      } catch (VersionConflictException e) {
        log.debug("rollout of {} moved on while {} was wanted", configuration, command);
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** The same, at whatever revision it is. */
  public Optional<Report> command(
      String configuration, RolloutCommand command, String by, String reason) {
    return command(configuration, command, by, reason, revision -> {});
  }

  /** The rollout of this configuration, be it over: then as it was when it ended. */
  public Optional<Report> find(String configuration) {
    return store.find(configuration).map(this::found);
  }

  private Report found(ConfigurationRollout kept) {
    List<StageProgress> last = kept.chronicle().progress();
    if (!last.isEmpty()) {
      return new Report(kept, last, kept.chronicle().traits());
    }
    catchUp(kept);
    return report(kept, controller.look(kept, clock.instant()));
  }

  /** The hint that another node has begun it may have been lost, or be on its way. */
  private void catchUp(ConfigurationRollout kept) {
    if (!controller.knows(kept)) {
      editor.caughtUp(kept.configuration());
    }
  }

  /**
   * Rollouts in ascending order of the configuration's name.
   *
   * @param after only names above this one; empty starts at the beginning
   * @param limit the most to return
   */
  public Page<ConfigurationRollout> list(Optional<String> after, int limit) {
    return store.list(after, limit);
  }

  private static RolloutStep step(
      Rollout rollout, RolloutCommand command, String by, String reason, Instant now) {
    return switch (command) {
      case PAUSE -> RolloutMachine.pause(rollout, by, reason, now);
      case RESUME -> RolloutMachine.resume(rollout, by, now);
      case CONTINUE -> RolloutMachine.continueStage(rollout, by, now);
      case RETRY_FAILED -> RolloutMachine.retryFailed(rollout, by, now);
      case CANCEL -> RolloutMachine.cancel(rollout, by, now);
      case ROLL_BACK -> RolloutMachine.rollBack(rollout, by, now);
    };
  }

  private Audience audience(Request request) {
    return fleet.audience(request.to, request.selectors);
  }

  private List<AgentView> views(Audience audience) {
    return agents
        .list(Optional.empty())
        .flatMap(
            agent ->
                audience
                    .view(
                        agent.uid(),
                        agent.transport().isPresent(),
                        agent.report(),
                        agent.note(),
                        components)
                    .stream())
        .toList();
  }

  private Report report(ConfigurationRollout kept, Rollout rollout) {
    return new Report(kept, rollout.progress(), findings.traits(kept, rollout));
  }

  /** The same for a preview and the start after it, another one for every version. */
  private static long salt(Request request) {
    return Map.entry(request.latest.created(), request.to.ref()).hashCode();
  }
}
