package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Facts;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.output.Times;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code opampctl why}. */
@Command(
    name = "why",
    description = "Explain an agent's state, its configuration, and what is withheld from it.",
    footer = {"", "Examples:", "  opampctl why 0190f5c2-7a3b-7c11-8d22-0123456789ab"})
final class WhyCommand implements Runnable {
  private final Session session;

  @Parameters(paramLabel = "AGENT", description = "The agent's instance uid.")
  String agent = "";

  WhyCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode why = session.api().get(Api.path("agents", agent, "why"), new Query()).body();
    session.console().show(why, palette -> text(why, palette));
  }

  private static String text(JsonNode why, Palette palette) {
    StringBuilder text = new StringBuilder();
    text.append(
        new Facts()
            .with("State", Json.text(why, "/state"))
            .with("Reason", Json.text(why, "/reason"))
            .with("Configuration", chosen(why.at("/configuration/chosen")))
            .with("Pinned to", pinned(why.at("/configuration/pin")))
            .render(palette));
    Table candidates = new Table("CONFIGURATION", "VERSION", "PRIORITY", "MATCHES", "SELECTOR");
    Json.elements(why, "/configuration/candidates")
        .forEach(
            one ->
                candidates.row(
                    Json.text(one, "/name"),
                    Json.text(one, "/version"),
                    Json.text(one, "/priority"),
                    one.path("matches").asBoolean() ? "yes" : "no: " + Json.text(one, "/failed"),
                    Json.text(one, "/selector")));
    if (!candidates.isEmpty()) {
      text.append('\n').append(candidates.render(palette));
    }
    Json.elements(why, "/withheld")
        .forEach(one -> text.append("\nWithheld: ").append(Plain.line(withheld(one))).append('\n'));
    Table history = new Table("AT", "FROM", "TO", "REASON");
    Json.elements(why, "/history")
        .forEach(
            one ->
                history.row(
                    Times.toSecond(Json.text(one, "/at")),
                    Json.text(one, "/from"),
                    Json.text(one, "/to"),
                    Json.text(one, "/reason")));
    if (!history.isEmpty()) {
      text.append('\n').append(history.render(palette));
    }
    return text.toString();
  }

  private static String pinned(JsonNode pin) {
    String failed = Json.text(pin, "/failed");
    return AgentText.pin(pin)
        + (failed.isEmpty() ? "" : ", which it cannot get (" + failed + "); it is left as it is");
  }

  /** A name, or an object that has one. */
  private static String chosen(JsonNode chosen) {
    if (!chosen.isObject()) {
      return chosen.isTextual() ? chosen.asText() : "none";
    }
    String version = Json.text(chosen, "/version");
    String name = Json.text(chosen, chosen.has("name") ? "/name" : "/configuration");
    return name + (version.isEmpty() ? "" : " v" + version);
  }

  private static String withheld(JsonNode one) {
    if (one.isTextual()) {
      return one.asText();
    }
    StringJoiner words = new StringJoiner(": ");
    one.properties().forEach(member -> words.add(member.getValue().asText()));
    return words.toString();
  }
}
