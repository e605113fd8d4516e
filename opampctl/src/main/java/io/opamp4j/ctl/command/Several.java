package io.opamp4j.ctl.command;

import io.opamp4j.ctl.CtlException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Lets a command work on many agents, which has to be said twice. Filled in by picocli. */
final class Several {
  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description = "All agents whose labels it matches; needs --yes or --dry-run.")
  @Nullable String selector;

  @Option(names = "--dry-run", description = "Only show how many agents it would be.")
  boolean dryRun;

  @Option(names = "--yes", description = "Do it to all of them.")
  boolean yes;

  /**
   * Checks that it is clear whom the command is about.
   *
   * @param agent an instance uid; null if none was given
   * @return whether it is about a selector
   */
  boolean isMeant(@Nullable String agent) {
    if ((agent == null) == (selector == null)) {
      throw CtlException.usage("name one agent, or several with --selector");
    }
    if (selector != null && yes == dryRun) {
      throw CtlException.usage(
          "with --selector say --dry-run to see which agents it is about, or --yes to do it");
    }
    if (selector == null && dryRun) {
      throw CtlException.usage("--dry-run goes with --selector");
    }
    return selector != null;
  }
}
