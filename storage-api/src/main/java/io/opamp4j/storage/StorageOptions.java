package io.opamp4j.storage;

import java.time.Duration;

/**
 * The values of a backend's {@link StorageSetting settings}, after defaults. Each getter reports a
 * bad value as a problem of the configuration, naming the key, and then returns the default, so
 * that all problems are found in one start; the server refuses to go on when there was any.
 */
public interface StorageOptions {

  /** The text of a key; empty if it has neither value nor default. */
  String text(String name);

  /** A whole number within bounds, both included. */
  int integer(String name, int min, int max);

  /** A duration such as {@code 500ms}, {@code 30s} or {@code 5m}, within bounds, both included. */
  Duration duration(String name, Duration min, Duration max);

  /** {@code true} or {@code false}. */
  boolean flag(String name);

  /** Reports that a value, though well-formed, cannot be used. */
  void problem(String name, String message);
}
