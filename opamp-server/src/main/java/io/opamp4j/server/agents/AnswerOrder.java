package io.opamp4j.server.agents;

import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is sent on one WebSocket in order (E-61): answers come in the order of the messages
 * they answer, whichever agents these belong to and however long their work takes, and what the
 * server says of its own accord overtakes nothing. Thread-safe.
 */
final class AnswerOrder {
  /** Beyond this the peer sends faster than it can be answered, and the connection is closed. */
  static final int MOST_PLACES = 10_000;

  private final Connection out;

  /** What cannot be sent yet: the first place is open. Also the lock of everything here. */
  private final Queue<Place> places = new ArrayDeque<>(1);

  private boolean ended;

  AnswerOrder(Connection out) {
    this.out = out;
  }

  /** A message came in, and its answer will take this place. Called on the I/O thread. */
  void add(Place place) {
    synchronized (places) {
      append(place);
    }
  }

  /**
   * Says something that has no place yet.
   *
   * @param push whether it answers nothing
   */
  void say(ServerToAgent message, boolean push) {
    synchronized (places) {
      if (places.isEmpty()) {
        if (!ended) {
          send(message, push);
        }
        return;
      }
      Place place = new Place();
      place.settle(message);
      place.push = push;
      append(place);
    }
  }

  /** Fills a place. */
  void fill(Place place, ServerToAgent answer) {
    synchronized (places) {
      place.settle(answer);
      sendSettled();
    }
  }

  /** Gives a place up, so that what comes after it need not wait. */
  void release(Place place) {
    synchronized (places) {
      place.settle(null);
      sendSettled();
    }
  }

  /** The connection is gone. */
  void end() {
    synchronized (places) {
      ended = true;
      places.clear();
    }
  }

  private void send(ServerToAgent message, boolean push) {
    if (push) {
      out.push(message);
    } else {
      out.send(message);
    }
  }

  private void append(Place place) {
    if (ended) {
      return;
    }
    if (places.size() == MOST_PLACES) {
      end();
      out.close(CloseCode.TRY_AGAIN_LATER, "too many messages wait for their answers");
      return;
    }
    places.add(place);
  }

  private void sendSettled() {
    for (Place first = places.peek(); first != null && first.settled; first = places.peek()) {
      places.remove();
      if (first.answer != null) {
        send(first.answer, first.push);
      }
    }
  }

  /** Where one answer will stand. Guarded by the lock of its order. */
  static class Place {
    private boolean settled;
    private boolean push;
    private @Nullable ServerToAgent answer;

    private void settle(@Nullable ServerToAgent with) {
      settled = true;
      answer = with;
    }
  }
}
