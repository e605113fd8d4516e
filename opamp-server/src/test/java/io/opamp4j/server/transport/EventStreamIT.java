package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Live events over the listener's own sockets. */
@ExtendWith(LeakCheck.class)
class EventStreamIT {
  private static final String PATH = "/api/v1/events/stream";
  private static final int READERS = 5;
  private static final InstanceUid UID = new InstanceUid(1, 1);

  private ListenerUnderTest server;

  @BeforeEach
  void start() throws IOException {
    server = ListenerUnderTest.start(READERS, Duration.ofMillis(50));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void streamsEventsAndResumesBehindTheLastOne() throws IOException {
    happen("a");
    long last;
    try (Reader reader = reader("")) {
      assertThat(reader.head)
          .contains("content-type: text/event-stream", "cache-control: no-store")
          .noneMatch(line -> line.startsWith("content-length"));
      happen("b");
      assertThat(reader.event()).isEqualTo("b");
      happen("c");
      assertThat(reader.event()).isEqualTo("c");
      last = reader.id;
      happen("d");
    }
    happen("e");
    try (Reader reader = reader("Last-Event-ID: " + last + "\r\n")) {
      assertThat(List.of(reader.event(), reader.event())).containsExactly("d", "e");
    }
    try (Reader reader = reader("Last-Event-ID: 1\r\n")) {
      assertThat(reader.event()).isEqualTo("reset");
      assertThat(reader.event()).isEqualTo("a");
    }
  }

  @Test
  void isAliveWhenNothingHappens() throws IOException {
    try (Reader reader = reader("")) {
      assertThat(reader.comment()).isEqualTo(": events");
      assertThat(reader.comment()).isEqualTo(": alive");
      assertThat(reader.comment()).isEqualTo(": alive");
    }
  }

  @Test
  void manyReadersGetEveryEventAndOneMoreIsRefused() throws IOException {
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(reader(""));
    }
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(get(PATH, ""));
      RawPeer.Response refused = peer.response();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers()).containsEntry("Retry-After", "5");
    }
    for (int i = 0; i < 500; i++) {
      happen("v" + i);
    }
    for (Reader reader : readers) {
      for (int i = 0; i < 500; i++) {
        assertThat(reader.event()).isEqualTo("v" + i);
      }
      reader.close();
    }
  }

  @Test
  void aReaderWhoStandsStillDisturbsNoOther() throws IOException {
    try (Reader still = reader("");
        Reader quick = reader("")) {
      assertThat(still.comment()).isEqualTo(": events");
      String large = "x".repeat(2_000);
      for (int i = 0; i < 5_000; i++) {
        happen(large + i);
      }
      for (int i = 0; i < 5_000; i++) {
        assertThat(quick.event()).isEqualTo(large + i);
      }
    }
  }

  @Test
  void whatIsRefusedKeepsTheConnection() throws IOException {
    try (RawPeer peer = new RawPeer(server.port())) {
      for (int i = 0; i < 3; i++) {
        peer.send(get(PATH + "?bad", ""));
        RawPeer.Response bad = peer.response();
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.headers()).containsEntry("Content-Type", "application/problem+json");
        peer.send("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        RawPeer.Response wrong = peer.response();
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.headers()).containsEntry("Allow", "GET");
      }
      peer.send(get(PATH + "?%zz", ""));
      assertThat(peer.response().status()).isEqualTo(400);
    }
  }

  @Test
  void theEndOfTheListenerEndsEveryStreamProperly() throws IOException {
    try (Reader reader = reader("");
        Reader old = Reader.old(server.port())) {
      happen("last");
      server.listener().stop(Duration.ofSeconds(10));
      assertThat(reader.rest()).contains("data: {\"name\":\"last\"}").endsWith("0", "");
      assertThat(old.rest()).endsWith("data: {\"name\":\"last\"}", "");
    }
    assertThat(server.events().size()).isZero();
  }

  private Reader reader(String headers) throws IOException {
    return new Reader(server.port(), get(PATH, headers));
  }

  private void happen(String name) {
    server.journal().happened(new AgentEvent.ConfigOffered(UID, server.time().instant(), name));
  }

  private static String get(String target, String headers) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
  }

  /** A reader that has been told that its stream began. */
  private static final class Reader implements AutoCloseable {
    private final RawPeer peer;
    private final BufferedReader in;
    private final List<String> head = new ArrayList<>();
    private long id;

    Reader(int port, String request) throws IOException {
      peer = new RawPeer(port);
      peer.send(request);
      in =
          new BufferedReader(
              new InputStreamReader(peer.socket().getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        head.add(line);
      }
      assertThat(head.get(0)).startsWith("HTTP/1.1 200");
    }

    /** One who knows no chunks. */
    static Reader old(int port) throws IOException {
      return new Reader(port, "GET " + PATH + " HTTP/1.0\r\n\r\n");
    }

    /** The lines up to the end of the connection. */
    List<String> rest() throws IOException {
      List<String> lines = new ArrayList<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
      return lines;
    }

    /** The name of the next event, or what the message is called. */
    String event() throws IOException {
      String kind = "";
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("id: ")) {
          id = Long.parseLong(line.substring(4));
        } else if (line.startsWith("event: ")) {
          kind = line.substring(7);
        } else if (line.startsWith("data: {\"name\":\"")) {
          return line.substring(15, line.length() - 2);
        } else if (line.startsWith("data: ")) {
          return kind;
        }
      }
      throw new AssertionError("the stream has ended");
    }

    String comment() throws IOException {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith(":")) {
          return line;
        }
      }
      throw new AssertionError("the stream has ended");
    }

    @Override
    public void close() throws IOException {
      peer.close();
    }
  }
}
