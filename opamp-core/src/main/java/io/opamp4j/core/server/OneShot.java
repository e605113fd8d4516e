package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.CustomMessage;
import java.util.Optional;

/** Something that is sent to an agent once, in contrast to an offer, which stands until met. */
public sealed interface OneShot {

  /** The id of the order that caused it; empty if no operator did. */
  Optional<String> order();

  /** The custom capability an agent must have announced to take it; empty if it needs none. */
  Optional<String> capability();

  /** In plain words, without its content. */
  String what();

  /** The command to restart (D16). */
  record Restart(Optional<String> order) implements OneShot {
    public Restart {
      requireNonNull(order, "order");
    }

    @Override
    public Optional<String> capability() {
      return Optional.empty();
    }

    @Override
    public String what() {
      return "restart";
    }
  }

  /** A custom message (D10). */
  record Custom(Optional<String> order, CustomMessage message) implements OneShot {
    public Custom {
      requireNonNull(order, "order");
      requireNonNull(message, "message");
    }

    @Override
    public Optional<String> capability() {
      return Optional.of(message.getCapability());
    }

    @Override
    public String what() {
      return "custom message " + message.getType() + " of " + message.getCapability();
    }
  }
}
