package io.opamp4j.storage;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The one loop over the pages of a listing. */
final class Pages {
  private Pages() {}

  /**
   * Reads page by page, each after the last item of the one before, until there is no more.
   *
   * @param first where to begin; empty for the beginning
   * @param list reads the page after a cursor
   * @param cursor of an item
   */
  static <T, C> void each(
      Optional<C> first,
      Function<Optional<C>, Page<T>> list,
      Function<T, C> cursor,
      Consumer<List<T>> action) {
    Optional<C> after = first;
    boolean more = true;
    while (more) {
      Page<T> page = list.apply(after);
      List<T> items = page.items();
      // An empty page has nothing to go on from, whatever it says.
      more = page.more() && !items.isEmpty();
      if (!items.isEmpty()) {
        after = Optional.of(cursor.apply(items.get(items.size() - 1)));
        action.accept(items);
      }
    }
  }
}
