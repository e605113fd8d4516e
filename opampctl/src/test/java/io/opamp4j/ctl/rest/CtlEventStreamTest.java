package io.opamp4j.ctl.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.opamp4j.ctl.rest.EventStream.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CtlEventStreamTest {
  private static List<Event> read(String text) throws IOException {
    List<Event> events = new ArrayList<>();
    try (EventStream stream = new EventStream(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
      for (Optional<Event> next = stream.next(); next.isPresent(); next = stream.next()) {
        events.add(next.get());
      }
    }
    return events;
  }

  @Test
  void fieldsCommentsAndEveryEndOfLineAreRead() throws IOException {
    String text =
        "\uFEFFid: 1\nevent: a\ndata: x\ndata:y\n\n: comment\n\nretry: 5\nunknown\ndata\n\n"
            + "data:  two blanks\n\nid\ndata: z\n\n";
    List<Event> expected =
        List.of(
            new Event("1", "a", "x\ny"),
            new Event("1", "message", ""),
            new Event("1", "message", " two blanks"),
            new Event("", "message", "z"));
    assertThat(read(text)).isEqualTo(expected);
    assertThat(read(text.replace("\n", "\r\n"))).isEqualTo(expected);
    assertThat(read(text.replace("\n", "\r"))).isEqualTo(expected);
  }

  @Test
  void anEventWithoutDataIsNone() throws IOException {
    assertThat(read("event: a\nid: 3\n\ndata: x\n\n"))
        .containsExactly(new Event("3", "message", "x"));
  }

  @Test
  void whatTheEndCutsOffIsDropped() throws IOException {
    assertThat(read("data: x\n\ndata: y\n")).containsExactly(new Event("", "message", "x"));
    assertThat(read("data: x\n\ndata: y")).hasSize(1);
    assertThat(read("")).isEmpty();
  }

  @Test
  void anIdWithANullIsIgnored() throws IOException {
    assertThat(read("id: 1\nid: a\0b\ndata: x\n\n"))
        .containsExactly(new Event("1", "message", "x"));
  }

  @Test
  void aLineOrAnEventWithoutEndIsRefused() {
    assertThatIOException().isThrownBy(() -> read("data: " + "x".repeat(1 << 20)));
    assertThatIOException()
        .isThrownBy(() -> read(("data: " + "x".repeat(1 << 19) + "\n").repeat(9)));
  }
}
