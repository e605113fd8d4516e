package io.opamp4j.server.boot;

import io.opamp4j.server.LifecycleStep;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Runs one action of a step and gives up when it takes too long. */
@FunctionalInterface
interface StepRunner {
  /**
   * Runs the action and returns when it has ended.
   *
   * @throws TimeoutException if it has not ended in time; it was interrupted and is left behind
   * @throws Exception what the action threw
   */
  void run(String name, LifecycleStep.Action action, Duration timeout) throws Exception;
}
