package io.opamp4j.server.agents;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.OneShot;
import java.time.Instant;

/**
 * Something an operator wants an agent to be sent once: it waits for the agent, and leaves at most
 * once.
 *
 * <pre>
 * PENDING --claimed--> SENT
 *  |  ^                 | |
 *  |  +--not gone out---+ +--the server failed on it--> FAILED
 *  +--its time ran out--> EXPIRED
 *  +--taken back--------> CANCELLED
 * </pre>
 *
 * <p>It is SENT in storage before it is sent on the wire: a server that is killed between the two
 * has lost it, and never sends it twice.
 *
 * @param agent whom it is for
 * @param id unique for that agent
 * @param what is sent; names the order's id
 * @param created when it was ordered
 * @param expires when it is no longer to be sent
 * @param state where it stands
 * @param since when it came to stand there
 * @param version of the document it is kept in; 0 if it is not kept yet
 */
public record Order(
    InstanceUid agent,
    String id,
    OneShot what,
    Instant created,
    Instant expires,
    State state,
    Instant since,
    long version) {

  /** Where an order stands. */
  public enum State {
    /** It waits for the agent. */
    PENDING,
    /** It was sent. Whether the agent did it is not known (D16). */
    SENT,
    /** Its time ran out before it could be sent. */
    EXPIRED,
    /** The operator took it back before it was sent. */
    CANCELLED,
    /** The server failed while it was sent; whether it got out is not known. */
    FAILED
  }

  public Order {
    requireNonNull(agent, "agent");
    requireNonNull(id, "id");
    requireNonNull(what, "what");
    requireNonNull(created, "created");
    requireNonNull(expires, "expires");
    requireNonNull(state, "state");
    requireNonNull(since, "since");
  }

  boolean isPending() {
    return state == State.PENDING;
  }

  /** Whether its time has run out. */
  boolean isOver(Instant now) {
    return !now.isBefore(expires);
  }

  /** The same order, standing elsewhere. */
  Order become(State next, Instant now) {
    return new Order(agent, id, what, created, expires, next, now, version);
  }

  /** The same order for the agent under its new uid, not kept yet. */
  Order movedTo(InstanceUid uid) {
    return new Order(uid, id, what, created, expires, state, since, 0);
  }

  Order at(long newVersion) {
    return new Order(agent, id, what, created, expires, state, since, newVersion);
  }
}
