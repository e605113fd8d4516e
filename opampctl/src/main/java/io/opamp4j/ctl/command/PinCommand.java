package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.rest.Answer;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code opampctl agents pin}. */
@Command(
    name = "pin",
    description = "Give an agent a configuration, whatever selectors and priorities say.",
    footer = {
      "",
      "Examples:",
      "  opampctl agents pin 0190f5c2-7a3b-7c11-8d22-0123456789ab web",
      "  opampctl agents pin 0190f5c2-7a3b-7c11-8d22-0123456789ab web --version 3",
      "  opampctl agents pin -l canary --dry-run web"
    })
final class PinCommand implements Callable<Integer> {
  private final Session session;

  @Mixin Several several = new Several();

  @Parameters(
      paramLabel = "AGENT|NAME",
      arity = "0..*",
      description = "The agent unless --selector is given, then the configuration.")
  @Nullable List<String> words;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "Stay at this version. Default: the one that runs, with rollouts.")
  @Nullable Long version;

  PinCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<String> rest = new ArrayList<>(words == null ? List.of() : words);
    String agent = several.selector == null && !rest.isEmpty() ? rest.remove(0) : null;
    boolean bulk = several.isMeant(agent);
    if (rest.size() != 1) {
      throw CtlException.usage("name one configuration");
    }
    ObjectNode pin = Json.object().put("configuration", rest.get(0));
    if (version != null) {
      pin.put("version", version);
    }
    if (bulk || agent == null) {
      ObjectNode action = Json.object().put("action", "pin");
      action.setAll(pin);
      return AgentActions.act(session, action, several, session.newKey());
    }
    Api api = session.api();
    String path = Api.path("agents", agent, "pin");
    Answer now = api.get(path, new Query());
    JsonNode pinned = api.send("PUT", path, pin, Map.of("If-Match", now.requireEtag())).body();
    session
        .console()
        .show(
            pinned, palette -> Plain.line(agent + " is pinned to " + AgentText.pin(pinned)) + "\n");
    return ExitCode.OK;
  }
}
