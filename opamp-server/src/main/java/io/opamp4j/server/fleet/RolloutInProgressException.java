package io.opamp4j.server.fleet;

/** A rollout moves the configuration, so nothing else may decide which version agents get. */
public final class RolloutInProgressException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RolloutInProgressException(String configuration) {
    super(
        "a rollout of configuration "
            + configuration
            + " is on its way: let it end, cancel it, or write a draft",
        null,
        false,
        false);
  }
}
