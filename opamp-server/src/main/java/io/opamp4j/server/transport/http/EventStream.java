package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of live events, in the format of server-sent events. Takes from the journal only what
 * it can send: a piece at a time, and the next when the peer has taken the one before. A reader
 * that falls behind so far that the journal drops what it has not read is told so.
 *
 * <p>Owned by the event loop of its connection; {@link #wake} and {@link #finish} may be called on
 * any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // The listener is what counts.
final class EventStream implements Exchange {
  /** Events looked at in one go. */
  private static final int LOOK = 200;

  /** A piece that has reached this length gets no more events. */
  private static final int PIECE = 32 * 1024;

  private static final String HELLO = ": events\nretry: 2000\n\n";
  private static final Logger log = LoggerFactory.getLogger(EventStream.class);

  private final EventStreams streams;
  private final EventJournal journal;
  private final LiveEvents format;
  private final LiveEvents.Wish wish;
  private final Duration heartbeat;
  private final Reply reply;
  private final AtomicBoolean woken = new AtomicBoolean();

  private long position;
  private boolean writing;
  private boolean stalled;
  private long end = Long.MAX_VALUE;
  private boolean over;
  private @Nullable Future<?> next;

  EventStream(
      EventStreams streams,
      EventJournal journal,
      LiveEvents format,
      LiveEvents.Wish wish,
      Duration heartbeat,
      Reply reply) {
    this.streams = streams;
    this.journal = journal;
    this.format = format;
    this.wish = wish;
    this.heartbeat = heartbeat;
    this.reply = reply;
    this.position = wish.after().orElseGet(journal::last);
  }

  @Override
  public void start() {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Accel-Buffering", "no")
        .set("X-Content-Type-Options", "nosniff");
    reply.begin(head);
    streams.begun(this);
    write(HELLO);
    next = reply.after(heartbeat, this::beat);
    // Only the end of the request is still to come; behind it the end of the peer is noticed.
    reply.read();
  }

  @Override
  public void body(ByteBuf piece) {
    reply.read();
  }

  @Override
  public void expired() {
    abort();
  }

  @Override
  public void lost() {
    leave();
  }

  /** There may be something new. */
  void wake() {
    if (!woken.getAndSet(true)) {
      onLoop(
          () -> {
            woken.set(false);
            pump();
          });
    }
  }

  /** Ends the stream once the peer has taken what has happened until now. */
  void finish() {
    onLoop(
        () -> {
          end = journal.last();
          pump();
        });
  }

  private void pump() {
    if (over || writing) {
      return;
    }
    if (position >= end) {
      leave();
      reply.end();
      return;
    }
    EventJournal.Piece piece = journal.read(position, LOOK);
    StringBuilder text = new StringBuilder();
    if (piece.gap()) {
      reset(text, piece);
    }
    for (EventJournal.Entry entry : piece.entries()) {
      if (text.length() >= PIECE) {
        break;
      }
      position = entry.id();
      if (wish.wanted().test(entry.event())) {
        text.append("id: ").append(entry.id());
        text.append("\nevent: ").append(format.kind(entry.event()));
        text.append("\ndata: ").append(format.json(entry)).append("\n\n");
      }
    }
    if (text.length() > 0) {
      write(text);
    } else if (position < piece.last()) {
      // Others on this event loop come first.
      onLoop(this::pump);
    }
  }

  /** Says that what follows does not follow on what the reader has. */
  private void reset(StringBuilder text, EventJournal.Piece piece) {
    long asked = position;
    position = piece.entries().isEmpty() ? piece.last() : piece.entries().get(0).id() - 1;
    text.append("id: ").append(position);
    text.append("\nevent: reset\ndata: {\"after\":").append(asked);
    text.append(",\"continuesAfter\":").append(position).append("}\n\n");
  }

  private void write(CharSequence text) {
    writing = true;
    reply
        .write(Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.UTF_8)))
        .addListener(
            sent -> {
              writing = false;
              stalled = false;
              if (sent.isSuccess()) {
                pump();
              } else {
                abort();
              }
            });
  }

  /** Time has passed: the reader hears of it, or has stood still for too long. */
  private void beat() {
    if (over) {
      return;
    }
    if (stalled) {
      log.debug("{} reads no events and is cut off", reply.remoteAddress());
      abort();
      return;
    }
    stalled = writing;
    if (!writing) {
      // Also how far it is, so that it need not be told again what was not for it.
      write(": alive\nid: " + position + "\n\n");
    }
    next = reply.after(heartbeat, this::beat);
  }

  private void abort() {
    leave();
    reply.abort();
  }

  private void leave() {
    if (!over) {
      over = true;
      if (next != null) {
        next.cancel(false);
      }
      streams.over(this);
    }
  }

  private void onLoop(Runnable task) {
    try {
      reply.loop().execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("the listener has stopped; a reader of events hears no more");
    }
  }
}
