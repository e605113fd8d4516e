package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.configs.Change;
import io.opamp4j.ctl.configs.Change.Kind;
import io.opamp4j.ctl.configs.Wanted;
import io.opamp4j.ctl.configs.WantedReader;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Plain;
import io.opamp4j.ctl.rest.Answer;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code opampctl apply}, which is also {@code opampctl configs apply}. */
@Command(
    name = "apply",
    description = "Make configurations on the server what files say they are.",
    footer = {
      "",
      "A file is YAML or JSON: name, selector, priority, description, files (each with contentType"
          + " and body or bodyBase64), and fileRefs, which gives files by their path relative to"
          + " this one; links and paths that lead out of the folder are refused. In a folder every"
          + " *.yaml, *.yml and *.json is a configuration, but those in folders below it are not."
          + " All files are read before anything is sent.",
      "",
      "What is on the server and in no file stays, unless --prune names it.",
      "",
      "Examples:",
      "  opampctl apply -f fleet/ --dry-run --exit-code",
      "  opampctl apply -f fleet/ --prune 'team-a-*' --yes",
      "  opampctl configs apply -f -"
    })
final class ApplyCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "PATH",
      required = true,
      description = "A folder, a file, or - for standard input.")
  String path = "";

  @Option(names = "--draft", description = "Write drafts: agents keep what runs.")
  boolean draft;

  @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
  boolean dryRun;

  @Option(
      names = "--exit-code",
      description = "With --dry-run: end with 7 if anything would change.")
  boolean exitCode;

  @Option(
      names = "--prune",
      paramLabel = "NAMES",
      description =
          "Also delete what is in no file of the folder and has one of these names, where * stands"
              + " for anything. Asks first, unless --yes is given.")
  @Nullable String prune;

  @Option(names = "--yes", description = "Delete without asking.")
  boolean yes;

  ApplyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Wanted> wanted =
        path.equals("-") ? WantedReader.read(session.input()) : WantedReader.read(Path.of(path));
    if (prune != null && !Files.isDirectory(Path.of(path))) {
      throw CtlException.usage("--prune needs -f with a folder");
    }
    if (exitCode && !dryRun) {
      throw CtlException.usage("--exit-code goes with --dry-run");
    }
    Api api = session.api();
    List<Change> changes = new ArrayList<>();
    for (Wanted one : wanted) {
      changes.add(
          Change.of(one, api.find(Api.path("configurations", one.name())).map(Answer::body)));
    }
    List<Change> deletions = prune == null ? List.of() : deletions(api, wanted, prune);
    if (dryRun) {
      changes.addAll(deletions);
      return shown(changes);
    }
    confirm(deletions);
    return applied(api, changes, deletions);
  }

  private static List<Change> deletions(Api api, List<Wanted> wanted, String names) {
    Set<String> kept = wanted.stream().map(Wanted::name).collect(Collectors.toSet());
    Pattern owned =
        Pattern.compile(
            names
                .chars()
                .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining()));
    List<Change> deletions = new ArrayList<>();
    for (JsonNode one : api.list("/configurations", new Query(), Integer.MAX_VALUE)) {
      String name = Json.text(one, "/name");
      if (!kept.contains(name) && owned.matcher(name).matches()) {
        deletions.add(Change.deletion(one));
      }
    }
    return deletions;
  }

  private void confirm(List<Change> deletions) {
    if (deletions.isEmpty() || yes) {
      return;
    }
    String names = deletions.stream().map(Change::name).collect(Collectors.joining(", "));
    if (!session.confirmed(Plain.line("Delete " + names + "?"))) {
      throw CtlException.usage(
          "this would delete " + names + "; give --yes for that. Nothing was changed");
    }
  }

  private int shown(List<Change> changes) {
    ArrayNode items = Json.array();
    changes.forEach(change -> items.add(change.toJson()));
    session
        .console()
        .show(
            Json.object().set("items", items),
            palette ->
                changes.stream()
                    .map(change -> text(change, palette))
                    .collect(Collectors.joining()));
    boolean differs = changes.stream().anyMatch(change -> change.kind() != Kind.UNCHANGED);
    return exitCode && differs ? ExitCode.DIFFERENT : ExitCode.OK;
  }

  private static String text(Change change, Palette palette) {
    String head =
        switch (change.kind()) {
          case CREATE -> " would be created";
          case UPDATE -> " would be updated (now version " + change.version() + ")";
          case UNCHANGED -> unchanged(change);
          case DELETE -> " would be deleted (now version " + change.version() + ")";
        };
    return Plain.line(change.name() + head)
        + "\n"
        + DiffText.fields(change.differences())
        + palette.diff(DiffText.files(change.differences()));
  }

  /**
   * One that is refused does not keep the others from being applied, but nothing is deleted then.
   */
  private int applied(Api api, List<Change> changes, List<Change> deletions) {
    ArrayNode items = Json.array();
    List<String> lines = new ArrayList<>();
    int worst = ExitCode.OK;
    List<Change> all = new ArrayList<>(changes);
    all.addAll(deletions);
    Set<String> failed = new HashSet<>();
    for (Change change : all) {
      if (change.kind() == Kind.DELETE && !failed.isEmpty()) {
        session.console().remark(change.name() + " was not deleted, because of what failed before");
        continue;
      }
      try {
        ObjectNode done = done(api, change);
        items.add(done);
        String version = Json.text(done, "/version");
        lines.add(
            change.name()
                + (change.kind() == Kind.UNCHANGED
                    ? unchanged(change)
                    : " "
                        + Json.text(done, "/action")
                        + (version.isEmpty() ? "" : " (version " + version + ")")));
      } catch (CtlException e) {
        if (e.exitCode() == ExitCode.UNREACHABLE) {
          session.console().show(Json.object().set("items", items), palette -> joined(lines));
          throw e;
        }
        failed.add(change.name());
        worst = worst == ExitCode.OK ? e.exitCode() : worst;
        session.console().remark(change.name() + ": " + e.text());
      }
    }
    session.console().show(Json.object().set("items", items), palette -> joined(lines));
    return worst;
  }

  private static String joined(List<String> lines) {
    return lines.stream().map(line -> Plain.line(line) + "\n").collect(Collectors.joining());
  }

  private static String unchanged(Change change) {
    return change.runningVersion() == change.version()
        ? " unchanged (version " + change.version() + ")"
        : " unchanged (version %d; agents get %s)"
            .formatted(
                change.version(),
                change.runningVersion() == 0 ? "none" : "version " + change.runningVersion());
  }

  private ObjectNode done(Api api, Change change) {
    String target = Api.path("configurations", change.name());
    ObjectNode done = Json.object().put("name", change.name());
    Optional<ObjectNode> body = change.wanted().map(content -> content.toJson(change.name()));
    Map<String, String> ifMatch = Map.of("If-Match", "\"" + change.version() + "\"");
    String going = draft ? "?draft=true" : "";
    return switch (change.kind()) {
      case UNCHANGED -> done.put("action", "unchanged").put("version", change.version());
      case CREATE ->
          written(
              done.put("action", "created"),
              api.send("PUT", target + going, body.orElseThrow(), Map.of("If-None-Match", "*")));
      case UPDATE ->
          written(
              done.put("action", "updated"),
              api.send("PUT", target + going, body.orElseThrow(), ifMatch));
      case DELETE -> {
        api.send("DELETE", target, null, ifMatch);
        yield done.put("action", "deleted");
      }
    };
  }

  private static ObjectNode written(ObjectNode done, Answer answer) {
    return done.put("version", Json.number(answer.body(), "/version"));
  }
}
