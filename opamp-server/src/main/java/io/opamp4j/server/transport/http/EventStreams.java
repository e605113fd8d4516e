package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The readers of live events: opens a stream for each, up to a number, and wakes them when there is
 * something new. What a reader has not taken waits in the {@link EventJournal} and nowhere else.
 * Thread-safe; never blocks.
 */
public final class EventStreams {
  /** Where the stream is. */
  static final String PATH = "/api/v1/events/stream";

  /** How many may read at once if nothing else is said. */
  public static final int MOST = 100;

  /** How often a reader without news hears that the stream is alive. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private static final Duration BUSY = Duration.ofSeconds(5);

  private final EventJournal journal;
  private final LiveEvents format;
  private final int most;
  private final Duration heartbeat;
  private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicInteger places = new AtomicInteger();
  private volatile boolean ended;

  public EventStreams(EventJournal journal, LiveEvents format) {
    this(journal, format, MOST, HEARTBEAT);
  }

  /**
   * @param most how many may read at once
   * @param heartbeat see {@link #HEARTBEAT}; a reader that takes nothing for up to twice this time
   *     is cut off
   */
  public EventStreams(EventJournal journal, LiveEvents format, int most, Duration heartbeat) {
    this.journal = requireNonNull(journal, "journal");
    this.format = requireNonNull(format, "format");
    this.most = most;
    this.heartbeat = requireNonNull(heartbeat, "heartbeat");
    journal.subscribe(() -> streams.forEach(EventStream::wake));
  }

  /** Ends every stream, and opens none any more. */
  public void end() {
    ended = true;
    streams.forEach(EventStream::finish);
  }

  /** How many read now. */
  public int size() {
    return places.get();
  }

  Exchange open(HttpRequest request, Reply reply) {
    if (!request.method().name().equals("GET")) {
      FullHttpResponse response =
          Responses.problem(HttpResponseStatus.METHOD_NOT_ALLOWED, "this path takes GET");
      response.headers().set(HttpHeaderNames.ALLOW, "GET");
      return Responses.only(reply, response);
    }
    LiveEvents.Wish wish;
    try {
      wish =
          format.read(
              new QueryStringDecoder(Router.pathAndQuery(request.uri())).parameters(),
              Optional.ofNullable(request.headers().get("Last-Event-ID")));
    } catch (IllegalArgumentException e) {
      return Responses.only(
          reply,
          Responses.problem(HttpResponseStatus.BAD_REQUEST, "the request target is not valid"));
    }
    if (wish.problem().isPresent()) {
      return Responses.only(
          reply,
          Responses.bytes(
              HttpResponseStatus.BAD_REQUEST,
              "application/problem+json",
              wish.problem().get().getBytes(StandardCharsets.UTF_8)));
    }
    if (ended) {
      return busy(reply, "the server is shutting down");
    }
    if (places.incrementAndGet() > most) {
      places.decrementAndGet();
      return busy(reply, "too many readers of events");
    }
    return new EventStream(this, journal, format, wish, heartbeat, reply);
  }

  private static Exchange busy(Reply reply, String why) {
    return Responses.only(
        reply,
        Responses.retryAfter(Responses.problem(HttpResponseStatus.SERVICE_UNAVAILABLE, why), BUSY));
  }

  /** The stream has begun. */
  void begun(EventStream stream) {
    streams.add(stream);
    if (ended) {
      stream.finish();
    }
  }

  /** The stream is over; called once. */
  void over(EventStream stream) {
    streams.remove(stream);
    places.decrementAndGet();
  }
}
