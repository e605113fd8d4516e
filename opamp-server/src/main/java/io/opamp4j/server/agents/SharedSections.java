package io.opamp4j.server.agents;

import com.google.protobuf.Message;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.ReportSections;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps large sections that many agents report alike once in memory: of equal sections every report
 * gets the first that came, for as long as some report has it. Thread-safe.
 */
final class SharedSections {
  /** More kinds of sections than these are not shared; a fleet has tens, not thousands. */
  private static final int MOST = 65_536;

  // Found by what they are. Nothing here keeps a section alive. Guarded by itself.
  private final Map<Message, WeakReference<Message>> known = new WeakHashMap<>();

  /** An equal report that shares its large sections with the others. */
  AgentToServer share(AgentToServer report) {
    return ReportSections.replace(report, this::first);
  }

  private Message first(Message section) {
    // Protobuf remembers it, so that it is not worked out under the lock.
    int unused = section.hashCode();
    synchronized (known) {
      @Nullable WeakReference<Message> reference = known.get(section);
      @Nullable Message first = reference == null ? null : reference.get();
      if (first != null) {
        return first;
      }
      if (known.size() < MOST) {
        known.put(section, new WeakReference<>(section));
      }
      return section;
    }
  }
}
