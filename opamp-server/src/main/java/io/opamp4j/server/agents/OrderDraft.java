package io.opamp4j.server.agents;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.CustomCapability;
import io.opamp4j.core.server.OneShot;
import io.opamp4j.proto.CustomMessage;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator orders.
 *
 * @param message the custom message to send; empty for a restart
 * @param lifetime how long it may wait for the agent
 * @param key names the order, so that ordering it again is the same order; empty for a new one
 */
public record OrderDraft(Optional<CustomMessage> message, Duration lifetime, Optional<String> key) {
  /** How long an order waits if nothing is said. */
  public static final Duration USUAL_LIFETIME = Duration.ofHours(1);

  /** The longest that an order may wait. */
  public static final Duration LONGEST_LIFETIME = Duration.ofDays(7);

  /**
   * The most that a custom message may carry, in bytes: an order is read many times while it waits
   * and is shown.
   */
  public static final int LARGEST_DATA = 64 * 1024;

  /** The longest type of a custom message, in characters. */
  public static final int LONGEST_TYPE = 255;

  /** The longest key, in characters. */
  public static final int LONGEST_KEY = 255;

  public OrderDraft {
    requireNonNull(message, "message");
    requireNonNull(lifetime, "lifetime");
    requireNonNull(key, "key");
    if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(LONGEST_LIFETIME) > 0) {
      throw new IllegalArgumentException("lifetime must be up to 7 days, not " + lifetime);
    }
    message.ifPresent(OrderDraft::check);
  }

  OneShot what(String id) {
    return message
        .<OneShot>map(content -> new OneShot.Custom(Optional.of(id), content))
        .orElseGet(() -> new OneShot.Restart(Optional.of(id)));
  }

  /** Whether this order is what the draft asks for. */
  boolean asksFor(Order order) {
    return what(order.id()).equals(order.what())
        && lifetime.equals(Duration.between(order.created(), order.expires()));
  }

  private static void check(CustomMessage message) {
    ByteString data = message.getData();
    if (!CustomCapability.isName(message.getCapability())
        || message.getType().length() > LONGEST_TYPE
        || data.size() > LARGEST_DATA) {
      throw new IllegalArgumentException("no message for an order: " + message.getCapability());
    }
  }
}
