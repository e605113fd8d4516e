package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.context.ContextFile;
import io.opamp4j.ctl.context.Contexts;
import io.opamp4j.ctl.context.Contexts.Context;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Table;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code opampctl context}. */
@Command(
    name = "context",
    description = "Keep the servers you work with, and their tokens, in a file.",
    footer = {
      "",
      "The file is ~/.config/opampctl/config.yaml or what OPAMPCTL_CONFIG names; only you may read"
          + " it.",
      "",
      "Examples:",
      "  opampctl context list"
    })
final class ContextCommand {
  private static final String NAME_HELP = "The context.";

  private final Session session;

  ContextCommand(Session session) {
    this.session = session;
  }

  @Command(
      name = "list",
      description = "List the contexts; tokens are not shown.",
      footer = {"", "Examples:", "  opampctl context list"})
  int list() {
    Contexts contexts = session.contextFile().read();
    ArrayNode items = Json.array();
    Table table = new Table("CURRENT", "NAME", "SERVER", "TOKEN");
    contexts
        .byName()
        .forEach(
            (name, context) -> {
              boolean current = contexts.current().equals(Optional.of(name));
              String server = context.server().toString();
              items
                  .addObject()
                  .put("name", name)
                  .put("server", server)
                  .put("current", current)
                  .put("hasToken", context.token().isPresent());
              table.row(current ? "*" : "", name, server, context.token().isPresent() ? "set" : "");
            });
    ObjectNode all = Json.object().set("items", items);
    session.console().show(all, table::render);
    return ExitCode.OK;
  }

  @Command(
      name = "set",
      description =
          "Add a context or change it, with --server and --token. The first one becomes the current"
              + " one.",
      footer = {
        "",
        "A token is forgotten when the server becomes another one.",
        "",
        "Examples:",
        "  opampctl context set prod --server https://opamp.example.com --token -"
      })
  int set(@Parameters(paramLabel = "NAME", description = NAME_HELP) String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw CtlException.usage("NAME must be 1 to 63 letters, digits, '.', '_' and '-'");
    }
    ContextFile file = session.contextFile();
    Contexts contexts = file.read();
    Optional<Context> old = contexts.find(name);
    @Nullable String given = session.options().server;
    if (given == null && old.isEmpty()) {
      throw CtlException.usage("a new context needs --server");
    }
    URI server = given == null ? old.orElseThrow().server() : Session.url(given);
    Optional<String> token =
        session
            .tokenOption()
            .or(
                () ->
                    old.filter(before -> sameServer(before.server(), server))
                        .flatMap(Context::token));
    file.write(contexts.with(name, new Context(server, token)));
    return told(name, "set");
  }

  @Command(
      name = "use",
      description = "Make a context the current one.",
      footer = {"", "Examples:", "  opampctl context use prod"})
  int use(@Parameters(paramLabel = "NAME", description = NAME_HELP) String name) {
    ContextFile file = session.contextFile();
    Contexts contexts = known(file, name);
    file.write(contexts.using(name));
    return told(name, "current");
  }

  @Command(
      name = "delete",
      description = "Forget a context and its token.",
      footer = {"", "Examples:", "  opampctl context delete prod"})
  int delete(@Parameters(paramLabel = "NAME", description = NAME_HELP) String name) {
    ContextFile file = session.contextFile();
    Contexts contexts = known(file, name);
    file.write(contexts.without(name));
    return told(name, "deleted");
  }

  private static Contexts known(ContextFile file, String name) {
    Contexts contexts = file.read();
    if (contexts.find(name).isEmpty()) {
      throw new CtlException(ExitCode.NOT_FOUND, "there is no context " + name);
    }
    return contexts;
  }

  private static boolean sameServer(URI before, URI now) {
    return before.getScheme().equalsIgnoreCase(now.getScheme())
        && before.getHost().equalsIgnoreCase(now.getHost())
        && before.getPort() == now.getPort();
  }

  private int told(String name, String action) {
    ObjectNode done = Json.object().put("name", name).put("action", action);
    String what = action.equals("current") ? "is the current context now" : action;
    session.console().show(done, palette -> Plain.line("context " + name + " " + what) + "\n");
    return ExitCode.OK;
  }
}
