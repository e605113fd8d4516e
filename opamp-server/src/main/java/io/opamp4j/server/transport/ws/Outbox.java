package io.opamp4j.server.transport.ws;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait until their peer has read what was sent before, bounded by count and by
 * bytes. The newest offer takes the place of older ones for the same agent: a peer that was away
 * with its mind gets the last configuration and none of those in between. Not thread-safe.
 */
final class Outbox {
  static final int MAX_MESSAGES = 1024;

  private final int maxBytes;
  private final Deque<Waiting> waiting = new ArrayDeque<>(2);
  private long bytes;

  /**
   * @param maxBytes what may wait besides a first message, which may be of any size
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
      boolean sameAgent = message.getInstanceUid().equals(newer.getInstanceUid());
      boolean config = newer.hasRemoteConfig() && message.hasRemoteConfig();
      boolean packages = newer.hasPackagesAvailable() && message.hasPackagesAvailable();
      boolean settings = newer.hasConnectionSettings() && message.hasConnectionSettings();
      if (!sameAgent || !(config || packages || settings)) {
        return Optional.of(this);
      }
      ServerToAgent.Builder left = message.toBuilder();
      if (config) {
        left.clearRemoteConfig();
      }
      if (packages) {
        left.clearPackagesAvailable();
      }
      if (settings) {
        left.clearConnectionSettings();
      }
      Waiting rest = new Waiting(left.build(), push);
      return push && rest.isBare() ? Optional.empty() : Optional.of(rest);
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
    long size = weight(message);
    if (waiting.size() == MAX_MESSAGES || (!waiting.isEmpty() && bytes + size > maxBytes)) {
      return false;
    }
    waiting.add(new Waiting(message, push));
    bytes += size;
    return true;
  }

  /** The next message to be sent; null if none waits. */
  @Nullable Waiting poll() {
    Waiting next = waiting.poll();
    bytes -= next == null ? 0 : weight(next.message());
    return next;
  }

  void clear() {
    waiting.clear();
    bytes = 0;
  }

  int size() {
    return waiting.size();
  }

  private static boolean makesAnOffer(ServerToAgent message) {
    return message.hasRemoteConfig()
        || message.hasPackagesAvailable()
        || message.hasConnectionSettings();
  }

  private void supersede(ServerToAgent newer) {
    // Once around; what stays, goes back to the end it came from.
    for (int left = waiting.size(); left > 0; left--) {
      Waiting older = waiting.remove();
      bytes -= weight(older.message());
      older
          .ahead(newer)
          .ifPresent(
              rest -> {
                waiting.add(rest);
                bytes += weight(rest.message());
              });
    }
  }

  /** A message above the limit will not be sent, so nothing that waits needs its room. */
  private long weight(ServerToAgent message) {
    int size = message.getSerializedSize();
    return size < 0 || size >= maxBytes ? 0 : size;
  }
}
