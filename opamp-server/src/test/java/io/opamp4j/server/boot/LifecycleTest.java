package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final List<String> calls = new ArrayList<>();
  private final ManualRunner runner = new ManualRunner();

  @Test
  void startsByPhaseThenNameAndStopsInReverse() throws Exception {
    Lifecycle lifecycle =
        lifecycle(
            step(Phase.LISTENER, "port"),
            step(Phase.AGENTS, "b"),
            step(Phase.STORAGE, "store"),
            step(Phase.AGENTS, "a"),
            step(Phase.FLEET, "fleet"));

    lifecycle.start();
    assertThat(calls).containsExactly("+store", "+fleet", "+a", "+b", "+port");

    calls.clear();
    lifecycle.stop();
    assertThat(calls).containsExactly("-port", "-b", "-a", "-fleet", "-store");
    lifecycle.awaitStopped();
  }

  @Test
  void aFailedStartStopsWhatWasBegunTheFailedStepIncludedAndNothingElse() {
    Lifecycle lifecycle =
        lifecycle(
            step(Phase.STORAGE, "store"),
            failing(Phase.AGENTS, "agents", new IllegalStateException("boom")),
            step(Phase.LISTENER, "port"));

    Lifecycle.StepFailedException e =
        catchThrowableOfType(Lifecycle.StepFailedException.class, lifecycle::start);

    assertThat(e.phase()).isEqualTo(Phase.AGENTS);
    assertThat(e).hasMessage("cannot start agents").hasRootCauseMessage("boom");
    assertThat(calls).containsExactly("+store", "+agents", "-agents", "-store");
    assertThatThrownBy(lifecycle::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aStartThatTakesTooLongIsAFailedStart() {
    runner.hanging.add("start agents");
    Lifecycle lifecycle = lifecycle(step(Phase.STORAGE, "store"), step(Phase.AGENTS, "agents"));

    assertThatThrownBy(lifecycle::start)
        .isInstanceOf(Lifecycle.StepFailedException.class)
        .hasCauseInstanceOf(TimeoutException.class);
    assertThat(calls).containsExactly("+store", "-agents", "-store");
    assertThat(runner.timeouts).contains(Lifecycle.START_TIMEOUT, LifecycleStep.STOP_TIMEOUT);
  }

  @Test
  void aStepThatFailsOrHangsWhileStoppingDoesNotKeepTheOthersOpen() throws Exception {
    runner.hanging.add("stop port");
    Lifecycle lifecycle =
        lifecycle(
            step(Phase.STORAGE, "store"),
            new LifecycleStep(
                Phase.AGENTS,
                "agents",
                LifecycleStep.Action.NOTHING,
                () -> {
                  throw new AssertionError("an error, not only an exception");
                }),
            step(Phase.LISTENER, "port"));
    lifecycle.start();
    calls.clear();

    lifecycle.stop();

    assertThat(calls).containsExactly("-store");
  }

  @Test
  void aStepMayTakeAsLongToStopAsItSays() throws Exception {
    Duration drain = Duration.ofMinutes(5);
    Lifecycle lifecycle =
        lifecycle(
            step(Phase.STORAGE, "store"),
            new LifecycleStep(
                Phase.LISTENER,
                "port",
                LifecycleStep.Action.NOTHING,
                LifecycleStep.Action.NOTHING,
                drain));
    lifecycle.start();
    runner.timeouts.clear();

    lifecycle.stop();

    assertThat(runner.timeouts).containsExactly(drain, LifecycleStep.STOP_TIMEOUT);
  }

  @Test
  void stopsOnceHoweverOftenItIsAsked() throws Exception {
    Lifecycle lifecycle = lifecycle(step(Phase.STORAGE, "store"));
    lifecycle.start();
    lifecycle.stop();
    lifecycle.stop();

    assertThat(calls).containsExactly("+store", "-store");
  }

  @Test
  void doesNotStartAfterAStop() {
    Lifecycle lifecycle = lifecycle(step(Phase.STORAGE, "store"));
    lifecycle.stop();

    assertThatThrownBy(lifecycle::start).isInstanceOf(IllegalStateException.class);
    assertThat(calls).isEmpty();
  }

  @Test
  void anInterruptDoesNotCutTheStopShortAndIsKeptForTheCaller() throws Exception {
    Lifecycle lifecycle = lifecycle(step(Phase.STORAGE, "store"), step(Phase.FLEET, "fleet"));
    lifecycle.start();

    Thread.currentThread().interrupt();
    lifecycle.stop();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(calls).containsExactly("+store", "+fleet", "-fleet", "-store");
  }

  private Lifecycle lifecycle(LifecycleStep... steps) {
    return new Lifecycle(List.of(steps), runner);
  }

  private LifecycleStep step(Phase phase, String name) {
    return new LifecycleStep(phase, name, () -> calls.add("+" + name), () -> calls.add("-" + name));
  }

  private LifecycleStep failing(Phase phase, String name, Exception failure) {
    return new LifecycleStep(
        phase,
        name,
        () -> {
          calls.add("+" + name);
          throw failure;
        },
        () -> calls.add("-" + name));
  }

  /** Runs on the caller's thread; named actions hang, and their time is over at once. */
  private static final class ManualRunner implements StepRunner {
    final Set<String> hanging = new HashSet<>();
    final List<Duration> timeouts = new ArrayList<>();

    @Override
    public void run(String name, LifecycleStep.Action action, Duration timeout) throws Exception {
      timeouts.add(timeout);
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("as a real runner would");
      }
      if (hanging.contains(name)) {
        throw new TimeoutException();
      }
      action.run();
    }
  }
}
