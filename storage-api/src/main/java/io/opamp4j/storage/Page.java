package io.opamp4j.storage;

import java.util.List;

/**
 * One page of a listing.
 *
 * @param items the items, in the listing's order
 * @param more whether at least one further item existed when the page was read
 */
public record Page<T>(List<T> items, boolean more) {
  public Page {
    items = List.copyOf(items);
  }
}
