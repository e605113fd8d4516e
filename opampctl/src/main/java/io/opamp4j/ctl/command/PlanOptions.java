package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.Json;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which version goes out, and how. What is left out the server decides. Filled in by picocli. */
final class PlanOptions {
  private static final Pattern ERRORS = Pattern.compile("([0-9]{1,9})(%?)");

  /** The kinds of plans. */
  enum Kind {
    standard,
    all,
    progressive
  }

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "Which version of the configuration. Default: the latest.")
  @Nullable Long version;

  @Option(
      names = "--plan",
      paramLabel = "KIND",
      description =
          "standard: a few agents, then more with each step; all: everybody at once; progressive:"
              + " stage by stage, with opampctl rollouts continue between them.")
  @Nullable Kind kind;

  @Option(names = "--first", paramLabel = "N", description = "Agents in the first step.")
  @Nullable Integer first;

  @Option(names = "--factor", paramLabel = "N", description = "How much larger each step is.")
  @Nullable Integer factor;

  @Option(names = "--most", paramLabel = "N", description = "Agents in the largest step.")
  @Nullable Integer most;

  @Option(names = "--interval", paramLabel = "DURATION", description = "Time between two steps.")
  @Nullable Duration interval;

  @Option(
      names = "--stage",
      paramLabel = "NAME=SELECTOR",
      description = "A stage of a progressive plan, such as canary=wave=1; in order, repeatable.")
  @Nullable List<String> stages;

  @Option(
      names = "--max-errors",
      paramLabel = "N|N%",
      description = "How many agents may fail before it pauses, such as 3 or 5%%.")
  @Nullable String maxErrors;

  @Option(
      names = "--health-gate",
      paramLabel = "DURATION",
      description = "How long agents must stay healthy before the next step.")
  @Nullable Duration healthGate;

  @Option(
      names = "--result-deadline",
      paramLabel = "DURATION",
      description = "How long an agent may take to say what became of it.")
  @Nullable Duration resultDeadline;

  /** As the server takes it. */
  ObjectNode toJson() {
    ObjectNode body = Json.object();
    if (version != null) {
      body.put("version", version);
    }
    ObjectNode plan = Json.object();
    if (kind != null) {
      plan.put("type", kind.name());
    } else if (stages != null) {
      plan.put("type", Kind.progressive.name());
    }
    if (first != null) {
      plan.put("first", first);
    }
    if (factor != null) {
      plan.put("factor", factor);
    }
    if (most != null) {
      plan.put("most", most);
    }
    seconds(plan, "intervalSeconds", "--interval", interval);
    if (stages != null) {
      ArrayNode all = plan.putArray("stages");
      stages.forEach(stage -> all.add(stage(stage)));
    }
    if (maxErrors != null) {
      plan.set("errorLimit", errorLimit(maxErrors));
    }
    seconds(plan, "healthGateSeconds", "--health-gate", healthGate);
    seconds(plan, "resultDeadlineSeconds", "--result-deadline", resultDeadline);
    if (!plan.isEmpty()) {
      body.set("plan", plan);
    }
    return body;
  }

  private static void seconds(
      ObjectNode plan, String member, String option, @Nullable Duration duration) {
    if (duration == null) {
      return;
    }
    if (duration.toMillisPart() != 0) {
      throw CtlException.usage(option + " must be whole seconds");
    }
    plan.put(member, duration.toSeconds());
  }

  private static ObjectNode stage(String text) {
    int equal = text.indexOf('=');
    if (equal < 1) {
      throw CtlException.usage("--stage must be NAME=SELECTOR, not '" + text + "'");
    }
    return Json.object()
        .put("name", text.substring(0, equal))
        .put("selector", text.substring(equal + 1));
  }

  private static ObjectNode errorLimit(String text) {
    Matcher matcher = ERRORS.matcher(text);
    if (!matcher.matches()) {
      throw CtlException.usage("--max-errors must be a number or a percentage, not '" + text + "'");
    }
    return Json.object()
        .put(matcher.group(2).isEmpty() ? "count" : "percent", Integer.parseInt(matcher.group(1)));
  }
}
