package io.opamp4j.server.fleet;

import java.util.function.Consumer;

/** Where the current {@link FleetView} comes from. Thread-safe. */
public interface FleetSource {

  /** The view as of now, from memory. */
  FleetView current();

  /**
   * Calls the listener with each new view, one call at a time, on a thread of the fleet's; the
   * listener must return quickly.
   */
  void subscribe(Consumer<FleetView> listener);

  /**
   * Agents are pinned to this version now: the view has it, or another one with it follows soon.
   * Returns at once.
   */
  void pinned(ConfigurationRef version);
}
