package io.opamp4j.ctl.command;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether to wait for a rollout. Filled in by picocli. */
final class WaitOptions {
  @Option(
      names = {"-w", "--wait"},
      description =
          "Wait until it is done or a stage waits to be continued; 6 if it is paused, cancelled or"
              + " rolled back instead.")
  boolean wait;

  @Option(
      names = "--wait-timeout",
      paramLabel = "DURATION",
      description = "With --wait: end with 6 after so long. Default: never.")
  @Nullable Duration limit;
}
