package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.rest.Answer;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code opampctl agents unpin}. */
@Command(
    name = "unpin",
    description = "Let an agent's labels decide again which configuration it gets.",
    footer = {
      "",
      "Examples:",
      "  opampctl agents unpin 0190f5c2-7a3b-7c11-8d22-0123456789ab",
      "  opampctl agents unpin -l canary --yes"
    })
final class UnpinCommand implements Callable<Integer> {
  private final Session session;

  @Mixin Several several = new Several();

  @Parameters(paramLabel = "AGENT", arity = "0..1", description = "The agent's instance uid.")
  @Nullable String agent;

  UnpinCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String one = agent;
    if (several.isMeant(one) || one == null) {
      return AgentActions.act(
          session, Json.object().put("action", "unpin"), several, session.newKey());
    }
    Api api = session.api();
    String path = Api.path("agents", one, "pin");
    Answer now = api.get(path, new Query());
    boolean pinned = now.body().has("configuration");
    if (pinned) {
      api.send("DELETE", path, null, Map.of("If-Match", now.requireEtag()));
    }
    ObjectNode result = Json.object().put("agent", one).put("changed", pinned);
    session
        .console()
        .show(
            result,
            palette ->
                Plain.line(one + (pinned ? " is not pinned any more" : " was not pinned")) + "\n");
    return ExitCode.OK;
  }
}
