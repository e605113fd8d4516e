package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EventStreamFormatTest {
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final InstanceUid OTHER = new InstanceUid(1, 2);

  private final RestFixture rest = new RestFixture();
  private final LiveEvents format = rest.injector.getInstance(LiveEvents.class);

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void anEventReadsAsInTheListingOnOneLine() throws Exception {
    EventJournal journal = rest.injector.getInstance(EventJournal.class);
    AgentEvent event =
        new AgentEvent.StatusChanged(
            UID,
            RestFixture.NOW,
            new AgentStatus(ConnectionState.CONNECTED, "a"),
            new AgentStatus(ConnectionState.ERROR, "two\nlines\r\u2028\"x\""));
    journal.happened(event);
    String line = format.json(new EventJournal.Entry(journal.last(), event));
    assertThat(line).doesNotContain("\n", "\r");
    assertThat(new ObjectMapper().readTree(line))
        .isEqualTo(rest.get("/api/v1/events").json().at("/items/0"));
    assertThat(format.kind(event)).isEqualTo("StatusChanged");
  }

  @Test
  void picksByAgentKindAndSelector() {
    AgentViews.agent(1).labels(Map.of("env", "prod")).in(rest);
    AgentEvent mine = new AgentEvent.ConfigOffered(UID, RestFixture.NOW, "web v1");
    AgentEvent theirs = new AgentEvent.ConfigOffered(OTHER, RestFixture.NOW, "web v1");
    AgentEvent another = new AgentEvent.NoReportsStatus(UID, RestFixture.NOW);
    assertThat(picked(Map.of(), mine, theirs, another)).containsExactly(mine, theirs, another);
    assertThat(picked(Map.of("agent", List.of(UID.toString())), mine, theirs, another))
        .containsExactly(mine, another);
    assertThat(picked(Map.of("kind", List.of("NoReportsStatus")), mine, theirs, another))
        .containsExactly(another);
    assertThat(
            picked(
                Map.of("kind", List.of("NoReportsStatus", "ConfigOffered")), mine, theirs, another))
        .containsExactly(mine, theirs, another);
    assertThat(picked(Map.of("selector", List.of("env=prod")), mine, theirs, another))
        .containsExactly(mine, another);
    assertThat(picked(Map.of("selector", List.of("!env")), mine, theirs, another))
        .as("an agent that is not known has no labels")
        .containsExactly(theirs);
  }

  @Test
  void theHeaderWinsOverTheParameter() {
    Map<String, List<String>> after = Map.of("after", List.of("5"));
    assertThat(format.read(Map.of(), Optional.empty()).after()).isEmpty();
    assertThat(format.read(after, Optional.empty()).after()).isEqualTo(OptionalLong.of(5));
    assertThat(format.read(after, Optional.of("7")).after()).isEqualTo(OptionalLong.of(7));
  }

  @Test
  void everyWrongParameterIsNamed() throws Exception {
    LiveEvents.Wish wish =
        format.read(
            Map.of(
                "agent", List.of("x"),
                "kind", List.of("Nothing"),
                "selector", List.of("a b"),
                "limit", List.of("1"),
                "after", List.of("1", "2")),
            Optional.of("latest"));
    assertThat(new ObjectMapper().readTree(wish.problem().orElseThrow()).path("errors"))
        .extracting(error -> error.path("field").asText())
        .containsExactlyInAnyOrder("agent", "kind", "selector", "limit", "after", "Last-Event-ID");
  }

  private List<AgentEvent> picked(Map<String, List<String>> parameters, AgentEvent... events) {
    LiveEvents.Wish wish = format.read(parameters, Optional.empty());
    assertThat(wish.problem()).isEmpty();
    return List.of(events).stream().filter(wish.wanted()).toList();
  }
}
