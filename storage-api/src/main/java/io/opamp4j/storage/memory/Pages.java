package io.opamp4j.storage.memory;

import io.opamp4j.storage.Page;
import java.util.List;
import java.util.stream.Stream;

/** Cuts a page off a sorted stream. */
final class Pages {
  private Pages() {}

  static <T> Page<T> of(Stream<T> sorted, int limit) {
    List<T> oneMore = sorted.limit(limit + 1L).toList();
    boolean more = oneMore.size() > limit;
    return new Page<>(more ? oneMore.subList(0, limit) : oneMore, more);
  }
}
