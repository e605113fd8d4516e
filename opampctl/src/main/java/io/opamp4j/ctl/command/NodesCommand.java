package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.output.Times;
import io.opamp4j.ctl.rest.Query;
import java.time.Instant;
import picocli.CommandLine.Command;

/** {@code opampctl nodes}. */
@Command(
    name = "nodes",
    description = "List the servers that share one storage.",
    footer = {"", "Examples:", "  opampctl nodes"})
final class NodesCommand implements Runnable {
  private final Session session;

  NodesCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode nodes = session.api().get("/nodes", new Query()).body();
    session.console().show(nodes, palette -> table(nodes, session.now()).render(palette));
  }

  private static Table table(JsonNode nodes, Instant now) {
    Table table =
        new Table("NODE", "ADDRESS", "VERSION", "UP", "ALIVE", "LEADER", "AGENTS", "CONNECTIONS");
    Json.elements(nodes, "/items")
        .forEach(
            node ->
                table.row(
                    Json.text(node, "/name"),
                    Json.text(node, "/address"),
                    Json.text(node, "/version"),
                    Times.ago(Json.text(node, "/since"), now),
                    yes(node, "/alive"),
                    yes(node, "/leader"),
                    Json.text(node, "/agents"),
                    Json.text(node, "/connections")));
    return table;
  }

  private static String yes(JsonNode node, String pointer) {
    return node.at(pointer).asBoolean() ? "yes" : "no";
  }
}
