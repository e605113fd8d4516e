package io.opamp4j.server.agents;

import static java.util.Objects.requireNonNull;

/** What was asked of the {@link OrderDesk} cannot be done as things stand. */
public final class OrderRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  OrderRefusedException(Reason reason, String message) {
    super(message);
    this.reason = requireNonNull(reason, "reason");
  }

  /** Why not. */
  public Reason reason() {
    return reason;
  }

  /** What stands against it. */
  public enum Reason {
    /** As many orders wait for the agent as may. */
    TOO_MANY,
    /** The key names an order with another content. */
    KEY_IN_USE,
    /** The order was sent or given up. */
    NOT_PENDING
  }
}
