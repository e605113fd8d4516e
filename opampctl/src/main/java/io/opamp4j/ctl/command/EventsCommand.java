package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Times;
import io.opamp4j.ctl.rest.Query;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code opampctl events}. */
@Command(
    name = "events",
    description = "Show what happened to agents lately, and go on with --follow.",
    footer = {
      "",
      "With -o json every event is one line.",
      "",
      "Examples:",
      "  opampctl events --limit 20",
      "  opampctl events --follow --kind StatusChanged -o json"
    })
final class EventsCommand implements Runnable {
  private final Session session;

  @Option(names = "--agent", paramLabel = "UID", description = "Only of this agent.")
  @Nullable String agent;

  @Option(names = "--kind", paramLabel = "KIND", description = "Only of this kind; repeatable.")
  @Nullable List<String> kinds;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many of the latest to begin with, 1 to 1000.",
      defaultValue = "100")
  int limit;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens from now on, until Ctrl-C.")
  boolean follow;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "With --follow: end after so many new events.",
      defaultValue = "0")
  int count;

  EventsCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode latest =
        session.api().get("/events", new Query().with("limit", limit).with("agent", agent)).body();
    boolean read =
        Json.elements(latest, "/items")
            .filter(event -> kinds == null || kinds.contains(Json.text(event, "/type")))
            .allMatch(event -> session.console().next(event, palette -> line(event, palette)));
    if (follow && read) {
      Query query = new Query().with("agent", agent).withAll("kind", kinds);
      String last = Json.text(latest, "/last");
      new Follower(session)
          .follow(query, last.isEmpty() ? Optional.empty() : Optional.of(last), count);
    }
  }

  /** One event on a line. */
  static String line(JsonNode event, Palette palette) {
    String type = Json.text(event, "/type");
    String text = Json.text(event, "/text");
    return palette.paint(Times.toSecond(Json.text(event, "/at")), Palette.Tone.FAINT)
        + "  "
        + Plain.line(Json.text(event, "/agent"))
        + "  "
        + palette.paint(Plain.line(type), Palette.Tone.STRONG)
        + "  "
        + Plain.line(text.isEmpty() ? Json.compact(event) : text)
        + "\n";
  }
}
