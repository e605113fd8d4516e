package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Facts;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.output.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Rollouts as people read them. Pure. */
final class RolloutText {
  private static final int FAILURES = 20;
  private static final int EVENTS = 5;

  private RolloutText() {}

  /** One line for each rollout. */
  static Table table(JsonNode rollouts, Instant now) {
    Table table = new Table("CONFIGURATION", "FROM", "TO", "PHASE", "FOR", "REASON");
    for (JsonNode one : rollouts) {
      table.row(
          Json.text(one, "/configuration"),
          Json.text(one, "/fromVersion"),
          Json.text(one, "/toVersion"),
          Json.text(one, "/phase"),
          Times.ago(Json.text(one, "/since"), now),
          Json.text(one, "/reason"));
    }
    return table;
  }

  /** Where a rollout stands, what failed and what the failing agents have in common. */
  static String detail(JsonNode rollout, Instant now, Palette palette) {
    StringBuilder text = new StringBuilder();
    String since = Json.text(rollout, "/since");
    text.append(
        new Facts()
            .with("Rollout", versions(rollout))
            .with("Phase", Json.text(rollout, "/phase"))
            .with("Reason", Json.text(rollout, "/reason"))
            .with(
                "Since",
                since.isEmpty() ? "" : Times.toSecond(since) + " (" + Times.ago(since, now) + ")")
            .with("Started", Times.toSecond(Json.text(rollout, "/started")))
            .render(palette));
    section(text, "", stages(rollout), palette);
    section(text, "Failures", failures(rollout), palette);
    long failures = Json.elements(rollout, "/failures").count();
    if (failures > FAILURES) {
      text.append("and ").append(failures - FAILURES).append(" more\n");
    }
    section(text, "What the failing agents have in common", contrast(rollout), palette);
    Table events = new Table("AT", "EVENT", "TEXT");
    List<JsonNode> all = Json.elements(rollout, "/events").toList();
    all.subList(Math.max(0, all.size() - EVENTS), all.size())
        .forEach(
            event ->
                events.row(
                    Times.toSecond(Json.text(event, "/at")),
                    Json.text(event, "/kind"),
                    Json.text(event, "/text")));
    section(text, "Latest", events, palette);
    return text.toString();
  }

  /** What would happen. */
  static String preview(JsonNode preview, Palette palette) {
    Table stages = new Table("STAGE", "AGENTS", "STEPS");
    Json.elements(preview, "/stages")
        .forEach(
            stage ->
                stages.row(
                    Json.text(stage, "/name"),
                    Json.text(stage, "/agents"),
                    Json.elements(stage, "/steps")
                        .map(step -> Json.text(step, step.isObject() ? "/agents" : ""))
                        .collect(Collectors.joining(", "))));
    StringBuilder text = new StringBuilder();
    text.append(
        new Facts()
            .with("Agents", Json.text(preview, "/total"))
            .with("Up to date", Json.text(preview, "/upToDate"))
            .with("Disconnected", Json.text(preview, "/disconnected"))
            .with("Incompatible", Json.text(preview, "/incompatibleTotal"))
            .with("Failed before", Json.text(preview, "/quarantined"))
            .with(
                "At the earliest",
                "in " + Times.brief(Duration.ofSeconds(Json.number(preview, "/earliestSeconds"))))
            .render(palette));
    section(text, "", stages, palette);
    Table incompatible = new Table("AGENT", "LACKS");
    Json.elements(preview, "/incompatible")
        .limit(FAILURES)
        .forEach(
            agent ->
                incompatible.row(
                    Json.text(agent, "/agent"),
                    Json.elements(agent, "/missing")
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(", "))));
    section(text, "Incompatible", incompatible, palette);
    Table order = new Table("AGENT");
    Json.elements(preview, "/order").limit(10).forEach(uid -> order.row(uid.asText()));
    section(text, "First in order", order, palette);
    return text.toString();
  }

  /** Such as {@code web v3 -> v4}. */
  static String versions(JsonNode rollout) {
    String from = Json.text(rollout, "/fromVersion");
    return "%s %s -> v%s"
        .formatted(
            Json.text(rollout, "/configuration"),
            from.isEmpty() ? "none" : "v" + from,
            Json.text(rollout, "/toVersion"));
  }

  private static void section(StringBuilder text, String title, Table table, Palette palette) {
    if (!table.isEmpty()) {
      text.append('\n');
      if (!title.isEmpty()) {
        text.append(palette.paint(Plain.line(title), Palette.Tone.STRONG)).append('\n');
      }
      text.append(table.render(palette));
    }
  }

  private static Table stages(JsonNode rollout) {
    Table table =
        new Table(
            "STAGE", "AGENTS", "RELEASED", "APPLIED", "FAILED", "WAITING", "AWAY", "INCOMPATIBLE");
    Json.elements(rollout, "/stages")
        .forEach(
            stage ->
                table.row(
                    Json.text(stage, "/name"),
                    Json.text(stage, "/total"),
                    Json.text(stage, "/released"),
                    Json.text(stage, "/applied"),
                    Json.text(stage, "/failed"),
                    Json.text(stage, "/waiting"),
                    Json.text(stage, "/disconnected"),
                    Json.text(stage, "/incompatible")));
    return table;
  }

  private static Table failures(JsonNode rollout) {
    Table table = new Table("AGENT", "KIND", "ERROR");
    Json.elements(rollout, "/failures")
        .limit(FAILURES)
        .forEach(
            failure ->
                table.row(
                    Json.text(failure, "/agent"),
                    Json.text(failure, "/kind"),
                    Json.text(failure, "/error")));
    return table;
  }

  /** Such as {@code 3 of 5}. */
  private static String share(JsonNode trait, String member) {
    String all = Json.text(trait, member + "Of");
    return Json.text(trait, member) + (all.isEmpty() ? "" : " of " + all);
  }

  private static Table contrast(JsonNode rollout) {
    Table table = new Table("TRAIT", "VALUE", "FAILING", "SUCCEEDING");
    Json.elements(rollout, "/contrast")
        .forEach(
            trait ->
                table.row(
                    Json.text(trait, "/trait"),
                    Json.text(trait, "/value"),
                    share(trait, "/failing"),
                    share(trait, "/succeeding")));
    return table;
  }
}
