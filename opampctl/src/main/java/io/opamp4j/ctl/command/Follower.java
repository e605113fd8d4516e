package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Console;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.EventStream;
import io.opamp4j.ctl.rest.Query;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Shows live events. A connection that is lost is made again, from the last event that was seen;
 * one that was never made is a failure at once.
 */
final class Follower {
  private static final int MOST_ATTEMPTS = 60;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Session session;
  private final Console console;
  private Optional<String> last = Optional.empty();
  private int left;

  Follower(Session session) {
    this.session = session;
    this.console = session.console();
  }

  /**
   * Follows until the server says that nothing more will come, or nobody reads any more.
   *
   * @param after the id of the last event that was shown, if any was
   * @param count ends after so many events; 0 for no end
   */
  void follow(Query query, Optional<String> after, int count) {
    last = after;
    left = count;
    Api api = session.api();
    boolean wasConnected = false;
    int failures = 0;
    while (true) {
      try {
        Optional<EventStream> stream = api.stream("/events/stream", query, last);
        if (stream.isEmpty()) {
          return;
        }
        wasConnected = true;
        failures = 0;
        if (!shown(stream.get())) {
          return;
        }
      } catch (CtlException e) {
        if (!wasConnected || !e.mayPass() || failures == MOST_ATTEMPTS) {
          throw e;
        }
      }
      if (failures == 0) {
        console.remark("the connection was lost; trying again");
      }
      failures++;
      Duration pause = Duration.ofSeconds(failures);
      session.pause(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }
  }

  /** Whether there is reason to go on after the stream has ended. */
  private boolean shown(EventStream stream) {
    try (stream) {
      for (Optional<EventStream.Event> next = stream.next();
          next.isPresent();
          next = stream.next()) {
        EventStream.Event event = next.get();
        if (!event.id().isEmpty()) {
          last = Optional.of(event.id());
        }
        if (event.type().equals("reset")) {
          console.remark("events are missing here: they are not kept any more");
          continue;
        }
        JsonNode data =
            Json.parse(event.data())
                .orElseGet(() -> Json.object().put("type", event.type()).put("text", event.data()));
        if (!console.next(data, palette -> EventsCommand.line(data, palette))
            || (left > 0 && --left == 0)) {
          return false;
        }
      }
    } catch (IOException e) {
      // The same as an end: it is asked for again, from the last event on.
    }
    return true;
  }
}
