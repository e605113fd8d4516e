package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.ctl.rest.EventStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reads the server's live events after one that is known, and hangs up when it has enough. */
final class EventTap {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI events;

  /**
   * @param query which events, such as {@code kind=StatusChanged}
   */
  EventTap(URI server, String query) {
    this.events = server.resolve("/api/v1/events/stream?" + query);
  }

  /** The next so many events, when they have come; then the connection is cut. */
  CompletableFuture<List<EventStream.Event>> next(long after, int count) {
    return CompletableFuture.supplyAsync(() -> read(after, count));
  }

  /** Waits for the next so many events, and cuts the connection. */
  List<EventStream.Event> take(long after, int count) {
    return Swarm.within(next(after, count), count + " live events");
  }

  private List<EventStream.Event> read(long after, int count) {
    HttpRequest request =
        HttpRequest.newBuilder(events).header("Last-Event-ID", Long.toString(after)).build();
    List<EventStream.Event> all = new ArrayList<>();
    try {
      HttpResponse<InputStream> answer =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      try (EventStream stream = new EventStream(answer.body())) {
        while (all.size() < count) {
          all.add(stream.next().orElseThrow(() -> new AssertionError("it ended after " + all)));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    return all;
  }
}
