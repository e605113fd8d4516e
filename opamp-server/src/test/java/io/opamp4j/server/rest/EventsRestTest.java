package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.EventJournal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EventsRestTest {
  private static final String PATH = "/api/v1/events";
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final InstanceUid OTHER = new InstanceUid(1, 2);
  private static final Instant AT = Instant.parse("2026-11-22T10:00:00.123Z");

  private final RestFixture rest = new RestFixture();
  private final EventJournal journal = rest.injector.getInstance(EventJournal.class);

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void tellsAChangeOfStateInPlainWordsAndAsFields() {
    journal.happened(changed(ConnectionState.CONNECTED, ConnectionState.ERROR));

    JsonNode event = rest.get(PATH).json().at("/items/0");

    assertThat(event.path("at").asText()).isEqualTo("2026-11-22T10:00:00.123Z");
    assertThat(event.path("type").asText()).isEqualTo("StatusChanged");
    assertThat(event.path("agent").asText()).isEqualTo(UID.toString());
    assertThat(event.path("text").asText()).isEqualTo("Connected -> Error: no such exporter");
    assertThat(event.path("fields").toString())
        .isEqualTo("{\"from\":\"Connected\",\"to\":\"Error\",\"reason\":\"no such exporter\"}");
  }

  @Test
  void hasWordsForEveryKindThereIs() {
    List<AgentEvent> events =
        List.of(
            changed(ConnectionState.ERROR, ConnectionState.ERROR),
            new AgentEvent.FullStateRequested(
                UID, AT, Set.of(Section.HEALTH, Section.AGENT_DESCRIPTION)),
            new AgentEvent.ConfigOffered(UID, AT, "web v3"),
            new AgentEvent.UidAssigned(UID, AT, OTHER),
            new AgentEvent.NoReportsStatus(UID, AT),
            new AgentEvent.OrderSent(UID, AT, "o1", "restart"),
            new AgentEvent.TakenOver(UID, AT, "192.0.2.1:4", "reset by peer"),
            new AgentEvent.DuplicateUid(UID, AT, OTHER, "192.0.2.2:4"));
    events.forEach(journal::happened);
    assertThat(rest.get(PATH).json().path("items").valueStream().map(e -> e.path("text").asText()))
        .containsExactly(
            "still Error: no such exporter",
            "asked for its full state; missing: agent_description, health",
            "configuration web v3 was sent",
            "was told to use the uid " + OTHER,
            "does not set ReportsStatus, which every agent must",
            "order o1 was sent: restart",
            "went on at 192.0.2.1:4 without a break: reset by peer",
            "a second agent with this uid, at 192.0.2.2:4, was told to use " + OTHER);
    assertThat(rest.get(PATH).json().at("/items/5/fields").toString())
        .isEqualTo("{\"order\":\"o1\",\"what\":\"restart\"}");
  }

  @Test
  void readsOnFromWhereItStopped() {
    for (int i = 0; i < 5; i++) {
      journal.happened(new AgentEvent.ConfigOffered(i == 2 ? OTHER : UID, AT, "v" + i));
    }
    JsonNode page = rest.get(PATH + "?after=0&limit=3").json();
    assertThat(configs(page)).containsExactly("v0", "v1", "v2");
    page = rest.get(PATH + "?after=" + page.path("last").asLong()).json();
    assertThat(configs(page)).containsExactly("v3", "v4");
    long end = page.path("last").asLong();
    assertThat(rest.get(PATH + "?after=" + end).json().path("items")).isEmpty();
    assertThat(rest.get(PATH + "?after=" + end).json().path("last").asLong()).isEqualTo(end);
  }

  @Test
  void beginsWithTheLatestAndPicksOneAgent() {
    for (int i = 0; i < 5; i++) {
      journal.happened(new AgentEvent.ConfigOffered(i % 2 == 0 ? OTHER : UID, AT, "v" + i));
    }
    assertThat(configs(rest.get(PATH + "?limit=2").json())).containsExactly("v3", "v4");
    assertThat(configs(rest.get(PATH + "?agent=" + UID).json())).containsExactly("v1", "v3");
    assertThat(configs(rest.get(PATH + "?limit=1&after=0&agent=" + UID).json()))
        .containsExactly("v1");
    assertThat(rest.get(PATH + "?agent=" + new InstanceUid(9, 9)).json().path("items")).isEmpty();
  }

  @Test
  void namesEveryWrongParameterAtOnce() {
    RestFixture.Answer answer = rest.get(PATH + "?limit=0&after=-1&agent=x");
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactly("limit", "after", "agent");
    assertProblem(rest.get(PATH + "?after=9999999999999999999"), 400, "invalid-request");
  }

  private static List<String> configs(JsonNode page) {
    return page.path("items")
        .valueStream()
        .map(event -> event.at("/fields/configName").asText())
        .toList();
  }

  private static AgentEvent changed(ConnectionState from, ConnectionState to) {
    return new AgentEvent.StatusChanged(
        UID, AT, new AgentStatus(from, "before"), new AgentStatus(to, "no such exporter"));
  }
}
