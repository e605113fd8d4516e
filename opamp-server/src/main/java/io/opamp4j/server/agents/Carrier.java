package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket and the agents on it; a gateway's socket carries many (TRN-08). What is sent through
 * it keeps the order of {@link AnswerOrder}. Thread-safe but for {@link #pingAgain}.
 */
final class Carrier implements Connection {
  /** An agent that went on with another's uid after so many answers will never take the new one. */
  static final int MOST_TELLINGS = 10;

  private final Connection socket;
  private final AnswerOrder order;
  private final Set<AgentSession> carried = ConcurrentHashMap.newKeySet(1);
  private volatile Instant lastContact;
  private volatile @Nullable String endReason;
  private volatile boolean left;

  // I/O thread only.
  private ByteString lastUid = ByteString.EMPTY;

  // Timer thread only.
  private int unanswered;
  private Instant firstUnanswered = Instant.MIN;

  // Uids that agents here wrongly use, and what they were told instead; most sockets have none.
  // Guarded by carried.
  private @Nullable Map<InstanceUid, Told> told;

  private record Told(InstanceUid fresh, int times) {}

  Carrier(Connection socket, Instant opened) {
    this.socket = socket;
    this.order = new AnswerOrder(socket);
    this.lastContact = opened;
  }

  /** A message or pong came in: the peer is alive. */
  void heard(Instant at) {
    lastContact = at;
  }

  /** A message of an agent came in. Called on the I/O thread. */
  Incoming incoming(AgentToServer message, Instant at) {
    lastUid = message.getInstanceUid();
    return new Incoming(this, message, at, order);
  }

  /** The last valid uid that came in; empty if none did. Called on the I/O thread. */
  ByteString lastUid() {
    return lastUid;
  }

  /**
   * Carries this agent from now on.
   *
   * @return false if the connection is gone; then nobody but the caller will notice that the agent
   *     is not connected
   */
  boolean carry(AgentSession session) {
    carried.add(session);
    return endReason == null;
  }

  /** Carries this agent no longer, but perhaps others. */
  void drop(AgentSession session) {
    carried.remove(session);
  }

  /** The agents whose connection this is. */
  Collection<AgentSession> carried() {
    return carried;
  }

  /** The connection is gone. Whoever is carried by then must be told. */
  void end(String reason) {
    endReason = reason;
    order.end();
  }

  /** Its only agent is connected to another node; what still comes here is old. */
  void leave() {
    left = true;
  }

  boolean isLeft() {
    return left;
  }

  /** Why the connection is gone; empty while it is not. */
  Optional<String> ended() {
    return Optional.ofNullable(endReason);
  }

  /**
   * Sends a ping, unless the last two were left unanswered and nothing else came in since the first
   * of them (E-43). Called on the timer thread.
   *
   * @return false if the peer must be taken for dead
   */
  boolean pingAgain(Instant now) {
    if (!lastContact.isBefore(firstUnanswered)) {
      unanswered = 0;
    }
    if (unanswered == 2) {
      return false;
    }
    if (unanswered == 0) {
      firstUnanswered = now;
    }
    unanswered++;
    socket.ping();
    return true;
  }

  /** When anything came in last. */
  Instant lastContact() {
    return lastContact;
  }

  /** The WebSocket as the transport knows it. */
  Connection socket() {
    return socket;
  }

  /** An agent here uses this uid, which is another's, and is told to use the fresh one. */
  void tell(InstanceUid used, InstanceUid fresh) {
    synchronized (carried) {
      if (told == null) {
        told = new HashMap<>();
      }
      told.merge(used, new Told(fresh, 1), (was, is) -> new Told(fresh, was.times + 1));
    }
  }

  /**
   * What an agent here that uses this uid was told to use instead.
   *
   * @param patiently only as long as it may be expected to take the new uid
   */
  Optional<InstanceUid> told(InstanceUid used, boolean patiently) {
    synchronized (carried) {
      Told was = told != null ? told.get(used) : null;
      return was == null || (patiently && was.times >= MOST_TELLINGS)
          ? Optional.empty()
          : Optional.of(was.fresh);
    }
  }

  /** Which uid an agent here used when it was told to use this one. */
  Optional<InstanceUid> toldTo(InstanceUid fresh) {
    synchronized (carried) {
      return told == null
          ? Optional.empty()
          : told.entrySet().stream()
              .filter(entry -> entry.getValue().fresh.equals(fresh))
              .map(Map.Entry::getKey)
              .findFirst();
    }
  }

  @Override
  public String id() {
    return socket.id();
  }

  @Override
  public Transport transport() {
    return socket.transport();
  }

  @Override
  public String remoteAddress() {
    return socket.remoteAddress();
  }

  @Override
  public void send(ServerToAgent message) {
    order.say(message, false);
  }

  @Override
  public void push(ServerToAgent message) {
    order.say(message, true);
  }

  @Override
  public void ping() {
    socket.ping();
  }

  @Override
  public void close(int code, String reason) {
    socket.close(code, reason);
  }
}
