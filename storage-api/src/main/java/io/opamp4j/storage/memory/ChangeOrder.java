package io.opamp4j.storage.memory;

import io.opamp4j.core.InstanceUid;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** In which order agents changed last. Guarded by the lock of its owner. */
final class ChangeOrder {
  private final int removalsKept;
  private final NavigableMap<Long, InstanceUid> byNumber = new TreeMap<>();
  private final Map<InstanceUid, Long> numbers = new HashMap<>();
  private final Deque<Long> removals = new ArrayDeque<>();
  private long last;

  ChangeOrder(int removalsKept) {
    this.removalsKept = removalsKept;
  }

  /** Some agents, in order; where they end; and whether there are more. */
  record Part(List<InstanceUid> uids, long last, boolean more) {}

  void saved(InstanceUid uid) {
    number(uid);
  }

  void removed(InstanceUid uid) {
    removals.add(number(uid));
    if (removals.size() > removalsKept) {
      long oldest = removals.remove();
      // It may have been saved again since.
      @Nullable InstanceUid gone = byNumber.remove(oldest);
      if (gone != null) {
        numbers.remove(gone);
      }
    }
  }

  Part after(long point, int limit) {
    long since = point > last ? 0 : point;
    List<Map.Entry<Long, InstanceUid>> found =
        byNumber.tailMap(since, false).entrySet().stream().limit(limit + 1L).toList();
    boolean more = found.size() > limit;
    List<Map.Entry<Long, InstanceUid>> part = more ? found.subList(0, limit) : found;
    return new Part(
        part.stream().map(Map.Entry::getValue).toList(),
        part.isEmpty() ? since : part.get(part.size() - 1).getKey(),
        more);
  }

  private long number(InstanceUid uid) {
    @Nullable Long before = numbers.put(uid, ++last);
    if (before != null) {
      byNumber.remove(before);
    }
    byNumber.put(last, uid);
    return last;
  }
}
