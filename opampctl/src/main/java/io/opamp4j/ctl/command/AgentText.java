package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Facts;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.output.Times;
import java.time.Instant;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Agents as people read them. Pure. */
final class AgentText {
  private AgentText() {}

  /** One line for each agent. */
  static Table table(JsonNode agents, Instant now) {
    Table table = new Table("AGENT", "STATE", "FOR", "SERVICE", "CONFIGURATION", "REASON");
    for (JsonNode agent : agents) {
      table.row(
          Json.text(agent, "/instanceUid"),
          Json.text(agent, "/state"),
          Times.ago(Json.text(agent, "/stateSince"), now),
          Json.text(agent, "/labels/service.name"),
          target(agent),
          Json.text(agent, "/reason"));
    }
    return table;
  }

  /** Everything about one agent that fits on a screen. */
  static String detail(JsonNode agent, Instant now, Palette palette) {
    Facts facts =
        new Facts()
            .with("Agent", Json.text(agent, "/instanceUid"))
            .with("State", Json.text(agent, "/state"))
            .with("Reason", Json.text(agent, "/reason"))
            .with("Since", since(agent, "/stateSince", now))
            .with("Configuration", target(agent))
            .with("Pinned to", pin(agent.path("pin")))
            .with("Reported", reported(agent))
            .with("Health", health(agent.path("health")))
            .with("First seen", Times.toSecond(Json.text(agent, "/firstSeen")))
            .with("Last seen", since(agent, "/lastSeen", now))
            .with("Transport", transport(agent))
            .with("Node", Json.text(agent, "/node"))
            .with(
                "Capabilities",
                Json.elements(agent, "/capabilities")
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(", ")));
    StringBuilder text = new StringBuilder(facts.render(palette));
    text.append(palette.paint("Labels:", Palette.Tone.FAINT)).append('\n');
    agent
        .path("labels")
        .properties()
        .forEach(
            label ->
                text.append("  ")
                    .append(Plain.line(label.getKey() + "=" + label.getValue().asText()))
                    .append(agent.path("operatorLabels").has(label.getKey()) ? "  (operator)" : "")
                    .append('\n'));
    return text.toString();
  }

  /** An order and where it stands. */
  static String order(JsonNode order) {
    return Plain.line(
            "%s of %s is %s (order %s; expires %s)"
                .formatted(
                    Json.text(order, "/type"),
                    Json.text(order, "/agent"),
                    Json.text(order, "/state"),
                    Json.text(order, "/id"),
                    Times.toSecond(Json.text(order, "/expires"))))
        + "\n";
  }

  /** What an action did to many, or would do. */
  static String bulk(JsonNode result, boolean dryRun) {
    StringBuilder text =
        new StringBuilder(
            "%s agents match, %s %s%n"
                .formatted(
                    Json.text(result, "/matched"),
                    Json.text(result, "/changed"),
                    dryRun ? "would change" : "changed"));
    Json.elements(result, "/agents")
        .forEach(agent -> text.append("  ").append(Plain.line(agent.asText())).append('\n'));
    Json.elements(result, "/refused")
        .forEach(
            refusal ->
                text.append("  refused: ")
                    .append(
                        Plain.line(
                            Json.text(refusal, "/agent") + ", " + Json.text(refusal, "/reason")))
                    .append('\n'));
    return text.toString();
  }

  /** Name and, if the agent stays at one, version; empty if it is not pinned. */
  static String pin(JsonNode pin) {
    String version = Json.text(pin, "/version");
    return Json.text(pin, "/configuration") + (version.isEmpty() ? "" : " v" + version);
  }

  private static String target(JsonNode agent) {
    String name = Json.text(agent, "/target/configuration");
    return name.isEmpty() ? "" : name + " v" + Json.text(agent, "/target/version");
  }

  private static String reported(JsonNode agent) {
    String status = Json.text(agent, "/remoteConfigStatus/status");
    String hash = Json.text(agent, "/remoteConfigStatus/hash");
    String error = Json.text(agent, "/remoteConfigStatus/errorMessage");
    return status.isEmpty()
        ? ""
        : status
            + (hash.isEmpty() ? "" : " " + hash.substring(0, Math.min(8, hash.length())))
            + (error.isEmpty() ? "" : ": " + error);
  }

  private static String health(JsonNode health) {
    if (!health.isObject()) {
      return "";
    }
    StringJoiner words = new StringJoiner(", ");
    words.add(health.path("healthy").asBoolean() ? "healthy" : "not healthy");
    for (String more : new String[] {"/status", "/lastError"}) {
      if (!Json.text(health, more).isEmpty()) {
        words.add(Json.text(health, more));
      }
    }
    return words.toString();
  }

  private static String since(JsonNode agent, String pointer, Instant now) {
    String time = Json.text(agent, pointer);
    return time.isEmpty() ? "" : Times.toSecond(time) + " (" + Times.ago(time, now) + ")";
  }

  private static String transport(JsonNode agent) {
    String address = Json.text(agent, "/remoteAddress");
    return Json.text(agent, "/transport") + (address.isEmpty() ? "" : " from " + address);
  }
}
