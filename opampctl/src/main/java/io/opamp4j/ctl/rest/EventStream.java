package io.opamp4j.ctl.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events (WHATWG HTML, 9.2): fields, comments and blank lines. Blocks while
 * nothing comes. Not for several threads.
 */
public final class EventStream implements AutoCloseable {
  private static final int LONGEST_LINE = 1 << 20;
  private static final int LARGEST_EVENT = 4 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final InputStream in;
  private String id = "";
  private boolean begun;
  private boolean afterReturn;

  /** Takes the stream over; closing this closes it. */
  public EventStream(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /**
   * One event.
   *
   * @param id to go on from; empty if the server names none
   * @param type {@code message} unless the server says otherwise
   * @param data the lines of its content
   */
  public record Event(String id, String type, String data) {}

  /**
   * The next event; empty at the end. An event that the end cuts off is dropped, as it can be asked
   * for again.
   *
   * @throws IOException if the connection breaks or the stream is no such stream
   */
  public Optional<Event> next() throws IOException {
    StringBuilder data = new StringBuilder();
    String type = "";
    boolean hasData = false;
    for (String line = line(); line != null; line = line()) {
      if (line.isEmpty()) {
        if (hasData) {
          data.setLength(data.length() - 1);
          return Optional.of(new Event(id, type.isEmpty() ? "message" : type, data.toString()));
        }
        type = "";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "data" -> {
          hasData = true;
          data.append(value).append('\n');
          if (data.length() > LARGEST_EVENT) {
            throw new IOException("an event has no end");
          }
        }
        case "event" -> type = value;
        case "id" -> id = value.indexOf('\0') < 0 ? value : id;
        default -> {
          // A comment, which has an empty name, or what a newer server adds.
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Without its end, which is CR, LF or both; null at the end of the stream. */
  private @Nullable String line() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next == '\n' && afterReturn) {
        afterReturn = false;
        continue;
      }
      afterReturn = next == '\r';
      if (next < 0) {
        return null;
      }
      if (next == '\n' || next == '\r') {
        String line = bytes.toString(UTF_8);
        boolean first = !begun;
        begun = true;
        return first && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
      }
      bytes.write(next);
      if (bytes.size() > LONGEST_LINE) {
        throw new IOException("a line of the event stream has no end");
      }
    }
  }
}
