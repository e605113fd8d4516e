package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.rest.Api;
import io.opamp4j.ctl.rest.Query;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code opampctl rollouts}. */
@Command(
    name = "rollouts",
    description = "Bring a version of a configuration to its agents step by step.",
    footer = {"", "Examples:", "  opampctl rollouts list"})
final class RolloutsCommand {
  private static final String NAME_HELP = "The configuration.";
  private static final String REASON_HELP = "Why, for the record.";

  private final Session session;

  RolloutsCommand(Session session) {
    this.session = session;
  }

  @Command(
      name = "list",
      description = "List rollouts.",
      footer = {"", "Examples:", "  opampctl rollouts list"})
  int list() {
    ArrayNode rollouts = session.api().list("/rollouts", new Query(), Integer.MAX_VALUE);
    ObjectNode all = Json.object().set("items", rollouts);
    session
        .console()
        .show(all, palette -> RolloutText.table(rollouts, session.now()).render(palette));
    return ExitCode.OK;
  }

  @Command(
      name = "plan",
      description = "Show what a rollout would do, without starting it.",
      footer = {
        "",
        "Examples:",
        "  opampctl rollouts plan web --version 4",
        "  opampctl rollouts plan web --stage canary=wave=1 --stage eu='region in (de,fr)'"
      })
  int plan(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Mixin PlanOptions plan) {
    JsonNode preview =
        session
            .api()
            .send(
                "POST",
                Api.path("configurations", name, "rollout", "preview"),
                plan.toJson(),
                Map.of())
            .body();
    session.console().show(preview, palette -> RolloutText.preview(preview, palette));
    return ExitCode.OK;
  }

  @Command(
      name = "start",
      description = "Start a rollout.",
      footer = {
        "",
        "Examples:",
        "  opampctl rollouts start web --max-errors 5%% --wait",
        "  opampctl rollouts start web --version 4 --plan all"
      })
  int start(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Mixin PlanOptions plan,
      @Mixin WaitOptions wait) {
    Api api = session.api();
    JsonNode started =
        api.create(Api.path("configurations", name, "rollout"), plan.toJson(), session.newKey())
            .body();
    return shown(api, name, started, wait, false);
  }

  @Command(
      name = "status",
      description = "Show how a rollout does, and what failing agents have in common.",
      footer = {"", "Examples:", "  opampctl rollouts status web --wait"})
  int status(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Mixin WaitOptions wait) {
    Api api = session.api();
    JsonNode now = api.get(Api.path("configurations", name, "rollout"), new Query()).body();
    return shown(api, name, now, wait, Json.text(now, "/phase").equals("RollingBack"));
  }

  @Command(
      name = "pause",
      description = "Hold a rollout: no further agent gets the new version.",
      footer = {"", "Examples:", "  opampctl rollouts pause web --reason 'looking at errors'"})
  int pause(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason) {
    return act("pause", name, reason, new WaitOptions());
  }

  @Command(
      name = "resume",
      description = "Let a paused rollout go on.",
      footer = {"", "Examples:", "  opampctl rollouts resume web --wait"})
  int resume(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason,
      @Mixin WaitOptions wait) {
    return act("resume", name, reason, wait);
  }

  @Command(
      name = "continue",
      description = "Begin the next stage of a rollout that waits.",
      footer = {"", "Examples:", "  opampctl rollouts continue web --wait --wait-timeout 10m"})
  int goOn(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason,
      @Mixin WaitOptions wait) {
    return act("continue", name, reason, wait);
  }

  @Command(
      name = "retry",
      description =
          "Offer the version again to agents that failed. A rollout that is paused stays so until"
              + " it is resumed.",
      footer = {
        "",
        "Examples:",
        "  opampctl rollouts retry web && opampctl rollouts resume web --wait"
      })
  int retry(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason,
      @Mixin WaitOptions wait) {
    return act("retry", name, reason, wait);
  }

  @Command(
      name = "cancel",
      description = "End a rollout where it is; agents keep what they have.",
      footer = {"", "Examples:", "  opampctl rollouts cancel web"})
  int cancel(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason) {
    return act("cancel", name, reason, new WaitOptions());
  }

  @Command(
      name = "rollback",
      description = "Bring the version before back to all agents that have the new one.",
      footer = {"", "Examples:", "  opampctl rollouts rollback web --reason 'errors' --wait"})
  int rollback(
      @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON_HELP)
          @Nullable String reason,
      @Mixin WaitOptions wait) {
    return act("rollback", name, reason, wait);
  }

  private int act(String action, String name, @Nullable String reason, WaitOptions wait) {
    ObjectNode body = Json.object();
    if (reason != null) {
      body.put("reason", reason);
    }
    Api api = session.api();
    JsonNode now =
        api.send(
                "POST",
                Api.path("configurations", name, "rollout", action),
                body,
                // At whatever revision it is: it grows with every step.
                Map.of("If-Match", "*"))
            .body();
    return shown(api, name, now, wait, action.equals("rollback"));
  }

  private int shown(Api api, String name, JsonNode rollout, WaitOptions wait, boolean rollingBack) {
    RolloutWait.Rest rest =
        wait.wait
            ? new RolloutWait(session, api, rollingBack).await(name, rollout, wait.limit)
            : new RolloutWait.Rest(rollout, ExitCode.OK);
    session
        .console()
        .show(
            rest.rollout(), palette -> RolloutText.detail(rest.rollout(), session.now(), palette));
    return rest.exitCode();
  }
}
