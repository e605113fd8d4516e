package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Facts;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.output.Table;
import io.opamp4j.ctl.output.Times;
import io.opamp4j.ctl.rest.Answer;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code opampctl configs}. */
@Command(
    name = "configs",
    description = "Work with configurations, their versions, and which of them runs.",
    footer = {"", "Examples:", "  opampctl configs list"})
final class ConfigsCommand {
  private static final String NAME_HELP = "The configuration.";

  private final Session session;

  ConfigsCommand(Session session) {
    this.session = session;
  }

  @Command(
      name = "list",
      description = "List configurations.",
      footer = {"", "Examples:", "  opampctl configs list -o json"})
  int list() {
    ArrayNode configurations =
        session.api().list("/configurations", new Query(), Integer.MAX_VALUE);
    ObjectNode all = Json.object().set("items", configurations);
    session
        .console()
        .show(
            all,
            palette -> {
              Table table =
                  new Table("NAME", "VERSION", "RUNS", "PRIORITY", "SELECTOR", "FILES", "WRITTEN");
              for (JsonNode one : configurations) {
                table.row(
                    Json.text(one, "/name"),
                    Json.text(one, "/version"),
                    Json.text(one, "/runningVersion"),
                    Json.text(one, "/priority"),
                    Json.text(one, "/selector"),
                    fileNames(one),
                    Times.toSecond(Json.text(one, "/modified")));
              }
              return table.render(palette);
            });
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Show a configuration, or print one of its files as it is.",
      footer = {
        "",
        "What -o yaml prints can be changed and given to apply -f.",
        "",
        "Examples:",
        "  opampctl configs get web -o yaml > web.yaml",
        "  opampctl configs get web --version 3 --file collector.yaml"
      })
  int get(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--version", paramLabel = "N", description = "Default: the latest.")
          @Nullable Long version,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              description = "Print the content of this file and nothing else.")
          @Nullable String file) {
    String path =
        version == null
            ? Api.path("configurations", name)
            : Api.path("configurations", name, "versions", version.toString());
    JsonNode found = session.api().get(path, new Query()).body();
    if (file == null) {
      session.console().show(found, palette -> detail(found, palette));
      return ExitCode.OK;
    }
    JsonNode content = found.path("files").path(file);
    if (!content.isObject()) {
      throw new CtlException(
          ExitCode.NOT_FOUND,
          "configuration %s version %s has no file %s"
              .formatted(name, Json.text(found, "/version"), file));
    }
    if (!content.has("body")) {
      throw new CtlException(
          ExitCode.FAILED, file + " is not text; -o json has it in Base64 as bodyBase64");
    }
    session.console().raw(Json.text(content, "/body"));
    return ExitCode.OK;
  }

  @Command(
      name = "diff",
      description = "Compare two versions of a configuration.",
      footer = {
        "",
        "Examples:",
        "  opampctl configs diff web",
        "  opampctl configs diff web --from 2 --to 5 --exit-code"
      })
  int diff(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--from", paramLabel = "N", description = "Default: the one that runs.")
          @Nullable Long from,
      @Option(names = "--to", paramLabel = "N", description = "Default: the latest.")
          @Nullable Long to,
      @Option(names = "--exit-code", description = "End with 7 if there are differences.")
          boolean exitCode) {
    JsonNode diff =
        session
            .api()
            .get(
                Api.path("configurations", name, "diff"),
                new Query().with("from", from).with("to", to))
            .body();
    session.console().show(diff, palette -> palette.diff(DiffText.files(diff)));
    return exitCode && !diff.path("files").isEmpty() ? ExitCode.DIFFERENT : ExitCode.OK;
  }

  @Command(
      name = "history",
      description = "List the versions of a configuration, the newest first.",
      footer = {"", "Examples:", "  opampctl configs history web --limit 5"})
  int history(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "How many at most. Default: 20.",
              defaultValue = "20")
          int limit) {
    if (limit < 1) {
      throw CtlException.usage("--limit must be 1 or more");
    }
    ArrayNode versions =
        session.api().list(Api.path("configurations", name, "versions"), new Query(), limit);
    ObjectNode all = Json.object().set("items", versions);
    session.console().show(all, palette -> history(versions).render(palette));
    return ExitCode.OK;
  }

  @Command(
      name = "run",
      description = "Choose which version all agents get at once; rollouts go step by step.",
      footer = {"", "Examples:", "  opampctl configs run web 3"})
  int run(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Parameters(paramLabel = "VERSION", description = "A number, or latest.") String version) {
    if (!version.matches("latest|[1-9][0-9]{0,17}")) {
      throw CtlException.usage("VERSION must be a number or latest, not '" + version + "'");
    }
    Api api = session.api();
    String path = Api.path("configurations", name, "running");
    Answer now = api.get(path, new Query());
    long wanted =
        version.equals("latest")
            ? Json.number(now.body(), "/latestVersion")
            : Long.parseLong(version);
    boolean runs = Json.number(now.body(), "/version") == wanted;
    JsonNode result =
        runs
            ? now.body()
            : api.send(
                    "PUT",
                    path,
                    Json.object().put("version", wanted),
                    Map.of("If-Match", now.requireEtag()))
                .body();
    session
        .console()
        .show(
            result,
            palette ->
                Plain.line(name + (runs ? " runs version " : " now runs version ") + wanted)
                    + "\n");
    return ExitCode.OK;
  }

  @Command(
      name = "delete",
      description = "Delete a configuration with all its versions.",
      footer = {
        "",
        "Only the version that was read is deleted: who changes it meanwhile makes this fail with"
            + " 5.",
        "",
        "Examples:",
        "  opampctl configs delete web",
        "  opampctl configs delete web --if-version 4"
      })
  int delete(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(
              names = "--if-version",
              paramLabel = "N",
              description = "Only if this is the latest. Default: the latest now.")
          @Nullable Long ifVersion) {
    Api api = session.api();
    String path = Api.path("configurations", name);
    String etag =
        ifVersion == null
            ? api.get(path, new Query()).requireEtag()
            : '"' + ifVersion.toString() + '"';
    api.send("DELETE", path, null, Map.of("If-Match", etag));
    ObjectNode result = Json.object().put("name", name).put("action", "deleted");
    session.console().show(result, palette -> Plain.line(name + " deleted") + "\n");
    return ExitCode.OK;
  }

  private static Table history(JsonNode versions) {
    Table table = new Table("VERSION", "RUNS", "DRAFT", "WRITTEN", "HASH", "FILES", "DESCRIPTION");
    for (JsonNode one : versions) {
      String hash = Json.text(one, "/hash");
      table.row(
          Json.text(one, "/version"),
          runs(one) ? "yes" : "",
          isDraft(one) ? "yes" : "",
          Times.toSecond(Json.text(one, "/modified")),
          hash.substring(0, Math.min(8, hash.length())),
          fileNames(one),
          Json.text(one, "/description"));
    }
    return table;
  }

  private static boolean runs(JsonNode version) {
    return Json.text(version, "/version").equals(Json.text(version, "/runningVersion"));
  }

  /** Written as one, and not brought out since. */
  private static boolean isDraft(JsonNode version) {
    return version.path("draft").asBoolean() && !runs(version);
  }

  private static String fileNames(JsonNode one) {
    return Json.elements(one, "/fileNames").map(JsonNode::asText).collect(Collectors.joining(", "));
  }

  private static String detail(JsonNode found, Palette palette) {
    String running = Json.text(found, "/runningVersion");
    StringBuilder text =
        new StringBuilder(
            new Facts()
                .with("Name", Json.text(found, "/name"))
                .with("Version", Json.text(found, "/version") + (isDraft(found) ? " (draft)" : ""))
                .with("Runs", running.isEmpty() ? "none" : running)
                .with("Selector", Json.text(found, "/selector"))
                .with("Priority", Json.text(found, "/priority"))
                .with("Description", Json.text(found, "/description"))
                .with("Hash", Json.text(found, "/hash"))
                .with("Created", Times.toSecond(Json.text(found, "/created")))
                .with("Written", Times.toSecond(Json.text(found, "/modified")))
                .render(palette));
    found
        .path("files")
        .properties()
        .forEach(
            file -> {
              String type = Json.text(file.getValue(), "/contentType");
              text.append('\n')
                  .append(
                      palette.paint(
                          Plain.line(file.getKey() + (type.isEmpty() ? "" : " (" + type + ")")),
                          Palette.Tone.STRONG))
                  .append('\n')
                  .append(body(file.getValue()));
            });
    return text.toString();
  }

  private static String body(JsonNode file) {
    if (!file.has("body")) {
      return "  (not text)\n";
    }
    return Json.text(file, "/body")
        .lines()
        .map(line -> "  " + Plain.lines(line) + "\n")
        .collect(Collectors.joining());
  }
}
