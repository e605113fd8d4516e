package io.opamp4j.storage.redis;

import io.opamp4j.storage.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** One page of an index behind some of whose names there is nothing that can be read. */
final class Listing {
  private Listing() {}

  /**
   * A name in the index.
   *
   * @param item what is behind it; empty if that is damaged, which the log has been told then
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Entry<T>(byte[] name, Supplier<Optional<T>> item) {}

  /**
   * The page that begins here. A page of nothing but damaged items does not end the listing, and
   * what was damaged at its end is not read again.
   *
   * @param limit the most items
   * @param read entries from a place in the index on, one more than the limit if there are as many
   * @param after the place behind a name
   */
  static <T> Page<T> page(
      byte[] from,
      int limit,
      Function<byte[], List<Entry<T>>> read,
      UnaryOperator<byte[]> after) {
    byte[] place = from;
    while (true) {
      List<Entry<T>> found = read.apply(place);
      boolean more = found.size() > limit;
      List<Entry<T>> part = more ? found.subList(0, limit) : found;
      List<T> items = new ArrayList<>();
      part.forEach(entry -> entry.item().get().ifPresent(items::add));
      if (!items.isEmpty() || !more) {
        return new Page<>(items, more);
      }
      place = after.apply(part.get(part.size() - 1).name());
    }
  }

  /** Names and values in turn, as scripts give them. */
  static <T> List<Entry<T>> entries(
      List<byte[]> namesAndValues, BiFunction<byte[], byte[], Optional<T>> decoder) {
    List<Entry<T>> entries = new ArrayList<>();
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      byte[] name = namesAndValues.get(i);
      byte[] value = namesAndValues.get(i + 1);
      entries.add(new Entry<>(name, () -> decoder.apply(name, value)));
    }
    return entries;
  }
}
