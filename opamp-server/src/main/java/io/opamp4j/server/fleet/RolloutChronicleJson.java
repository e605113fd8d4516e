package io.opamp4j.server.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A {@link RolloutChronicle} as members of a rollout's document. What is not there is empty. */
final class RolloutChronicleJson {
  private RolloutChronicleJson() {}

  static void write(RolloutChronicle chronicle, ObjectNode root) {
    ArrayNode events = root.putArray("events");
    for (RolloutEvent event : chronicle.events()) {
      events
          .addObject()
          .put("at", event.at().toString())
          .put("kind", event.kind().name())
          .put("text", event.text());
    }
    ArrayNode progress = root.putArray("progress");
    for (StageProgress stage : chronicle.progress()) {
      progress
          .addObject()
          .put("stage", stage.stage())
          .put("agents", stage.agents())
          .put("released", stage.released())
          .put("unsettled", stage.unsettled())
          .put("settled", stage.settled())
          .put("failed", stage.failed())
          .put("disconnected", stage.disconnected())
          .put("incompatible", stage.incompatible());
    }
    ArrayNode traits = root.putArray("traits");
    for (Trait trait : chronicle.traits()) {
      traits
          .addObject()
          .put("key", trait.key())
          .put("value", trait.value())
          .put("failingWith", trait.failingWith())
          .put("failing", trait.failing())
          .put("successfulWith", trait.successfulWith())
          .put("successful", trait.successful())
          .put("score", trait.score());
    }
  }

  /**
   * @throws IllegalArgumentException if it is none
   * @throws java.time.DateTimeException if a time is none
   */
  static RolloutChronicle read(JsonNode root) {
    List<RolloutEvent> events = new ArrayList<>();
    for (JsonNode event : root.path("events")) {
      events.add(
          new RolloutEvent(
              Instant.parse(event.path("at").asText()),
              RolloutEvent.Kind.valueOf(event.path("kind").asText()),
              event.path("text").asText()));
    }
    List<StageProgress> progress = new ArrayList<>();
    for (JsonNode stage : root.path("progress")) {
      progress.add(
          new StageProgress(
              stage.path("stage").asText(),
              stage.path("agents").asInt(),
              stage.path("released").asInt(),
              stage.path("unsettled").asInt(),
              stage.path("settled").asInt(),
              stage.path("failed").asInt(),
              stage.path("disconnected").asInt(),
              stage.path("incompatible").asInt()));
    }
    List<Trait> traits = new ArrayList<>();
    for (JsonNode trait : root.path("traits")) {
      traits.add(
          new Trait(
              trait.path("key").asText(),
              trait.path("value").asText(),
              trait.path("failingWith").asInt(),
              trait.path("failing").asInt(),
              trait.path("successfulWith").asInt(),
              trait.path("successful").asInt(),
              trait.path("score").asDouble()));
    }
    return new RolloutChronicle(events, progress, traits);
  }
}
