package io.opamp4j.core.timing;

import java.time.InstantSource;

/**
 * Where a shell reads the time and sleeps by it. Usually time passes on its own, and a shell sleeps
 * for as long as there is to wait. In tests it may stand still until somebody moves it: then a
 * shell sleeps until it is told that it was moved.
 */
@FunctionalInterface
public interface TimeSource extends InstantSource {

  /** Whether time passes on its own; it does unless a test wants otherwise. */
  default boolean passes() {
    return true;
  }

  /**
   * Runs this after each move of a time that does not {@link #passes pass}, on the thread of
   * whoever moved it; it must return at once. Nothing happens if time passes.
   */
  default void onMove(Runnable listener) {
    // Nobody moves it.
  }
}
