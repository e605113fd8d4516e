package io.opamp4j.server.transport.ws;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait until their peer has read what was sent before. The newest offer takes the
 * place of older ones for the same agent: a peer that was away with its mind gets the last
 * configuration and none of those in between.
 *
 * <p>Bounded by count and by bytes, but for offers: what they hold is the fleet's, shared by all
 * who are offered it, and no more than one waits for an agent. So a gateway may carry as many
 * agents as it likes and be offered any configuration for all of them at once. Not thread-safe.
 */
final class Outbox {
  static final int MAX_MESSAGES = 4096;

  private final int maxBytes;
  private final Deque<Waiting> waiting = new ArrayDeque<>(2);
  private int counted;
  private long bytes;

  /**
   * @param maxBytes of the largest message that may be sent, and of all that may wait together
   */
  Outbox(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A message that waits.
   *
   * @param push whether it answers none, so that nobody waits for it
   */
  record Waiting(ServerToAgent message, boolean push) {

    /**
     * What is left of it once a newer message waits behind it: offers that the newer one makes to
     * the same agent again are taken out. All else stays, and so does an answer, even if it then
     * says nothing any more. Empty if nothing is left of a push.
     */
    Optional<Waiting> ahead(ServerToAgent newer) {
      if (!isRepeatedBy(newer)) {
        return Optional.of(this);
      }
      ServerToAgent.Builder left = message.toBuilder();
      if (newer.hasRemoteConfig()) {
        left.clearRemoteConfig();
      }
      if (newer.hasPackagesAvailable()) {
        left.clearPackagesAvailable();
      }
      if (newer.hasConnectionSettings()) {
        left.clearConnectionSettings();
      }
      Waiting rest = new Waiting(left.build(), push);
      return push && rest.isBare() ? Optional.empty() : Optional.of(rest);
    }

    boolean isRepeatedBy(ServerToAgent newer) {
      return ((message.hasRemoteConfig() && newer.hasRemoteConfig())
              || (message.hasPackagesAvailable() && newer.hasPackagesAvailable())
              || (message.hasConnectionSettings() && newer.hasConnectionSettings()))
          && message.getInstanceUid().equals(newer.getInstanceUid());
    }

    private boolean isBare() {
      ByteString uid = message.getInstanceUid();
      return message.equals(ServerToAgent.newBuilder().setInstanceUid(uid).build());
    }
  }

  /**
   * Adds a message behind all others.
   *
   * @return false if too much is waiting; then it was not added
   */
  boolean add(ServerToAgent message, boolean push) {
    if (makesAnOffer(message)) {
      supersede(message);
    }
    Waiting last = new Waiting(message, push);
    boolean full = counted + count(last) > MAX_MESSAGES || bytes + weight(message) > maxBytes;
    if (!full) {
      append(last);
    }
    return !full;
  }

  /** The next message to be sent; null if none waits. */
  @Nullable Waiting poll() {
    return waiting.isEmpty() ? null : remove();
  }

  void clear() {
    waiting.clear();
    counted = 0;
    bytes = 0;
  }

  int size() {
    return waiting.size();
  }

  private void supersede(ServerToAgent newer) {
    if (waiting.stream().noneMatch(older -> older.isRepeatedBy(newer))) {
      return;
    }
    // Once around; what stays, goes back to the end it came from.
    for (int left = waiting.size(); left > 0; left--) {
      remove().ahead(newer).ifPresent(this::append);
    }
  }

  private void append(Waiting last) {
    waiting.add(last);
    counted += count(last);
    bytes += weight(last.message());
  }

  private Waiting remove() {
    Waiting first = waiting.remove();
    counted -= count(first);
    bytes -= weight(first.message());
    return first;
  }

  private static int count(Waiting message) {
    return message.push() && makesAnOffer(message.message()) ? 0 : 1;
  }

  private static boolean makesAnOffer(ServerToAgent message) {
    return message.hasRemoteConfig()
        || message.hasPackagesAvailable()
        || message.hasConnectionSettings();
  }

  /**
   * Its size without its offers. A message above the limit will not be sent, so nothing that waits
   * needs its room.
   */
  private long weight(ServerToAgent message) {
    long size = Integer.toUnsignedLong(message.getSerializedSize());
    if (size >= maxBytes) {
      return 0;
    }
    if (makesAnOffer(message)) {
      size -= message.getRemoteConfig().getSerializedSize();
      size -= message.getPackagesAvailable().getSerializedSize();
      size -= message.getConnectionSettings().getSerializedSize();
    }
    return size;
  }
}
