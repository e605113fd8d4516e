package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.rest.Answer;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code opampctl agents}. */
@Command(
    name = "agents",
    description = "Look at agents, label them, pin them, restart them.",
    footer = {"", "Examples:", "  opampctl agents list"})
final class AgentsCommand {
  private static final String UID_HELP = "The agent's instance uid.";

  private final Session session;

  AgentsCommand(Session session) {
    this.session = session;
  }

  @Command(
      name = "list",
      description = "List agents.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents list --state Error,Disconnected",
        "  opampctl agents list -l 'env=prod,region in (eu,us)' -o json"
      })
  int list(
      @Mixin AgentFilter filter,
      @Option(
              names = "--sort",
              paramLabel = "KEY",
              description = "uid, name, state and so on; with - before it in descending order.")
          @Nullable String sort,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "How many at most. Default: all.",
              defaultValue = "2147483647")
          int limit) {
    if (limit < 1) {
      throw CtlException.usage("--limit must be 1 or more");
    }
    ArrayNode agents = session.api().list("/agents", filter.query().with("sort", sort), limit);
    ObjectNode all = Json.object().set("items", agents);
    session.console().show(all, palette -> AgentText.table(agents, session.now()).render(palette));
    return ExitCode.OK;
  }

  @Command(
      name = "count",
      description = "Count agents by their state, health, configuration or a label.",
      footer = {"", "Examples:", "  opampctl agents count --by label:region"})
  int count(
      @Mixin AgentFilter filter,
      @Option(
              names = "--by",
              paramLabel = "WHAT",
              description = "state, health, configuration or label:KEY. Default: state.",
              defaultValue = "state")
          String by) {
    JsonNode counts = session.api().get("/agents/counts", filter.query().with("by", by)).body();
    Table table = new Table(by.toUpperCase(Locale.ROOT), "AGENTS");
    Json.elements(counts, "/counts")
        .forEach(one -> table.row(Json.text(one, "/value"), Json.text(one, "/agents")));
    session.console().show(counts, table::render);
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Show an agent.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents get 0190f5c2-7a3b-7c11-8d22-0123456789ab -o yaml"
      })
  int get(@Parameters(paramLabel = "AGENT", description = UID_HELP) String agent) {
    JsonNode found = session.api().get(Api.path("agents", agent), new Query()).body();
    session.console().show(found, palette -> AgentText.detail(found, session.now(), palette));
    return ExitCode.OK;
  }

  @Command(
      name = "diff",
      description = "Show how what an agent runs with differs from what it should have.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents diff --exit-code 0190f5c2-7a3b-7c11-8d22-0123456789ab"
      })
  int diff(
      @Parameters(paramLabel = "AGENT", description = UID_HELP) String agent,
      @Option(names = "--exit-code", description = "End with 7 if there are differences.")
          boolean exitCode) {
    JsonNode diff = session.api().get(Api.path("agents", agent, "diff"), new Query()).body();
    session.console().show(diff, palette -> palette.diff(DiffText.files(diff)));
    if (!diff.path("reported").asBoolean()) {
      session.console().remark("the agent has not said what it runs with; nothing was compared");
    }
    return exitCode && !diff.path("files").isEmpty() ? ExitCode.DIFFERENT : ExitCode.OK;
  }

  @Command(
      name = "watch",
      description = "List agents, then show each change of state until Ctrl-C.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents watch -l env=prod",
        "  opampctl agents watch 0190f5c2-7a3b-7c11-8d22-0123456789ab"
      })
  int watch(
      @Parameters(paramLabel = "AGENT", arity = "0..1", description = UID_HELP)
          @Nullable String agent,
      @Option(
              names = {"-l", "--selector"},
              paramLabel = "SELECTOR",
              description = "Only agents whose labels it matches.")
          @Nullable String selector,
      @Option(
              names = "--count",
              paramLabel = "N",
              description = "End after so many changes.",
              defaultValue = "0")
          int count) {
    // Asked for first, so that what changes while the agents are listed is not missed.
    JsonNode events =
        session.api().get("/events", new Query().with("limit", 1).with("agent", agent)).body();
    if (agent != null) {
      get(agent);
    } else {
      AgentFilter filter = new AgentFilter();
      filter.selector = selector;
      list(filter, null, Integer.MAX_VALUE);
    }
    String last = Json.text(events, "/last");
    new Follower(session)
        .follow(
            new Query()
                .with("agent", agent)
                .with("kind", "StatusChanged")
                .with("selector", selector),
            last.isEmpty() ? Optional.empty() : Optional.of(last),
            count);
    return ExitCode.OK;
  }

  @Command(
      name = "restart",
      description = "Order agents to restart. An order waits for its agent and leaves once.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents restart 0190f5c2-7a3b-7c11-8d22-0123456789ab --expires-in 10m",
        "  opampctl agents restart -l env=test --dry-run"
      })
  int restart(
      @Parameters(paramLabel = "AGENT", arity = "0..1", description = UID_HELP)
          @Nullable String agent,
      @Mixin Several several,
      @Option(
              names = "--expires-in",
              paramLabel = "DURATION",
              description = "How long it may wait for the agent, 1s to 7d. Default: 1h.")
          @Nullable String expiresIn,
      @Option(
              names = "--key",
              paramLabel = "KEY",
              description =
                  "Names the order: given again after a failure, it is the same order and not a"
                      + " second one.")
          @Nullable String key) {
    String name = key == null ? session.newKey() : key;
    if (several.isMeant(agent) || agent == null) {
      return AgentActions.act(session, Json.object().put("action", "restart"), several, name);
    }
    ObjectNode order = Json.object().put("type", "restart");
    if (expiresIn != null) {
      order.put("expiresIn", expiresIn);
    }
    JsonNode made = session.api().create(Api.path("agents", agent, "orders"), order, name).body();
    session.console().show(made, palette -> AgentText.order(made));
    return ExitCode.OK;
  }

  @Command(
      name = "label",
      description = "Set and take away labels of operators. Without any, show them.",
      footer = {
        "",
        "Examples:",
        "  opampctl agents label 0190f5c2-7a3b-7c11-8d22-0123456789ab team=web canary-",
        "  opampctl agents label -l region=eu --dry-run wave=2"
      })
  int label(
      @Mixin Several several,
      @Parameters(
              paramLabel = "AGENT|LABEL",
              arity = "0..*",
              description =
                  "The agent unless --selector is given, then key=value to set a label and key- to"
                      + " take it away.")
          @Nullable List<String> words) {
    List<String> rest = new ArrayList<>(words == null ? List.of() : words);
    String agent = several.selector == null && !rest.isEmpty() ? rest.remove(0) : null;
    boolean bulk = several.isMeant(agent);
    LabelChanges changes = LabelChanges.parse(rest);
    if (bulk || agent == null) {
      if (rest.isEmpty()) {
        throw CtlException.usage("say which labels to set (key=value) or to take away (key-)");
      }
      ObjectNode action = Json.object().put("action", "label");
      action.setAll(changes.toJson());
      return AgentActions.act(session, action, several, session.newKey());
    }
    Api api = session.api();
    String path = Api.path("agents", agent, "labels");
    Answer now = api.get(path, new Query());
    if (!rest.isEmpty()) {
      ObjectNode before =
          now.body().path("labels").isObject()
              ? (ObjectNode) now.body().path("labels")
              : Json.object();
      ObjectNode body = Json.object().set("labels", changes.applied(before));
      now = api.send("PUT", path, body, Map.of("If-Match", now.requireEtag()));
    }
    JsonNode labels = now.body();
    session
        .console()
        .show(
            labels,
            palette -> {
              Table table = new Table("LABEL", "VALUE");
              labels
                  .path("labels")
                  .properties()
                  .forEach(e -> table.row(e.getKey(), e.getValue().asText()));
              return table.render(palette);
            });
    return ExitCode.OK;
  }
}
