package io.opamp4j.server.agents;

import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message of an agent, which is answered once (STAT-04): over WebSocket in its place among the
 * other answers. Handed from the I/O thread to the mailbox of its agent and confined to it from
 * then on.
 */
final class Incoming extends AnswerOrder.Place {
  private final Connection connection;
  private final AgentToServer message;
  private final Instant at;
  private final @Nullable AnswerOrder order;
  private boolean placed;
  private boolean answered;
  private boolean postponed;
  private Runnable done = () -> {};

  /**
   * @param order where the answer has its place; null over HTTP, where a connection has one message
   */
  Incoming(Connection connection, AgentToServer message, Instant at, @Nullable AnswerOrder order) {
    this.connection = connection;
    this.message = message;
    this.at = at;
    this.order = order;
    this.placed = order != null;
    if (order != null) {
      order.add(this);
    }
  }

  Connection connection() {
    return connection;
  }

  AgentToServer message() {
    return message;
  }

  /** When it came in. */
  Instant at() {
    return at;
  }

  /** What to do once this message is answered or dropped. Called before it is handed over. */
  void whenDone(Runnable then) {
    done = then;
  }

  /** Nobody is there any more to be answered. */
  void drop() {
    if (!answered) {
      answered = true;
      done.run();
    }
  }

  /** Answers it. Further answers are dropped. */
  void answer(ServerToAgent answer) {
    if (answered) {
      return;
    }
    answered = true;
    if (order != null && placed) {
      order.fill(this, answer);
    } else {
      connection.send(answer);
    }
    done.run();
  }

  /** Lets later answers go first, because this one may take long. It is still owed. */
  void postpone() {
    postponed = true;
    if (order != null && placed) {
      placed = false;
      order.release(this);
    }
  }

  /**
   * Works on it. Work that neither answers nor postpones has failed, and is answered all the same:
   * the answers behind it would wait for ever.
   */
  void attend(Runnable work) {
    postponed = false;
    try {
      work.run();
    } finally {
      if (!answered && !postponed) {
        answer(
            ErrorResponses.unknown(message.getInstanceUid(), "the server failed on this message"));
      }
    }
  }
}
