package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

/**
 * Something that failing agents have more often than the successful ones.
 *
 * @param key of the attribute
 * @param value of the attribute
 * @param failingWith how many of the failing have it; at least 2
 * @param failing how many fail
 * @param successfulWith how many of the successful have it
 * @param successful how many are successful
 * @param score how sure it is that this is no accident; see {@link Contrast}
 */
public record Trait(
    String key,
    String value,
    int failingWith,
    int failing,
    int successfulWith,
    int successful,
    double score) {
  public Trait {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }

  /** Such as {@code "region=eu: 5 of 5 failing, 12 of 100 successful"}. */
  @Override
  public String toString() {
    return "%s=%s: %d of %d failing, %d of %d successful"
        .formatted(key, value, failingWith, failing, successfulWith, successful);
  }
}
