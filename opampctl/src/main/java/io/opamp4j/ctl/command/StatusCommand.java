package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Facts;
import io.opamp4j.ctl.rest.Query;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code opampctl status}. */
@Command(
    name = "status",
    description = "Show what the server is and how it does. Exit code 1 if its storage fails.",
    footer = {"", "Examples:", "  opampctl status", "  opampctl status -o json"})
final class StatusCommand implements Callable<Integer> {
  private final Session session;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    JsonNode status = session.api().get("/status", new Query()).body();
    session.console().show(status, palette -> facts(status).render(palette));
    return status.at("/storage/ok").asBoolean(true) ? ExitCode.OK : ExitCode.FAILED;
  }

  private static Facts facts(JsonNode status) {
    StringJoiner states = new StringJoiner(", ");
    status
        .at("/agents/byState")
        .properties()
        .forEach(
            state -> {
              if (state.getValue().asLong() > 0) {
                states.add(state.getValue().asText() + " " + state.getKey());
              }
            });
    String storage = Json.text(status, "/storage/description");
    boolean ok = status.at("/storage/ok").asBoolean(true);
    return new Facts()
        .with("Version", Json.text(status, "/version"))
        .with("Node", Json.text(status, "/node"))
        .with(
            "Storage",
            storage + (ok ? "" : ", which fails: " + Json.text(status, "/storage/message")))
        .with("Agents", Json.text(status, "/agents/total"))
        .with("States", states)
        .with(
            "Connections",
            Json.text(status, "/admission/connections")
                + " of at most "
                + Json.text(status, "/admission/maxConnections"))
        .with("Stopping", status.at("/admission/draining").asBoolean() ? "yes" : "");
  }
}
