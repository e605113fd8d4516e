package io.opamp4j.ctl.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns answers that are no success into messages and exit codes. Pure. */
final class Refusals {
  private Refusals() {}

  /**
   * @param status 300 or more
   * @param body as it came
   * @param retryAfter the header, if it is there
   */
  static CtlException of(int status, String body, Optional<String> retryAfter) {
    List<String> lines = new ArrayList<>();
    JsonNode problem = Json.parse(body).filter(JsonNode::isObject).orElse(Json.missing());
    String detail = Json.text(problem, "/detail");
    String title = Json.text(problem, "/title");
    String what = !detail.isEmpty() ? detail : title;
    lines.add(what.isEmpty() ? "the server answered " + status : what);
    Json.elements(problem, "/errors").map(Refusals::fieldLine).forEach(lines::add);
    hint(status, problem, what).ifPresent(lines::add);
    retryAfter.ifPresent(
        time -> lines.add("try again " + (time.matches("[0-9]+") ? "in " + time + " s" : time)));
    CtlException refusal = new CtlException(exitCode(status), String.join("\n", lines));
    // A proxy without a server behind it, or a server that starts or stops.
    return status >= 502 && status <= 504 ? refusal.passing() : refusal;
  }

  /** The server speaks, but not as an opamp4j server does. */
  static CtlException strange(String what) {
    return new CtlException(ExitCode.FAILED, "this does not look like an opamp4j server: " + what);
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 404 -> ExitCode.NOT_FOUND;
      case 409, 412, 428 -> ExitCode.CONFLICT;
      default -> ExitCode.FAILED;
    };
  }

  private static String fieldLine(JsonNode error) {
    String field = Json.text(error, "/field");
    String message = Json.text(error, "/message");
    String line = place("line", error, message);
    String column = place("column", error, message);
    String place = line + (line.isEmpty() || column.isEmpty() ? "" : ", ") + column;
    return "  "
        + (field.isEmpty() ? "the body" : field)
        + (place.isEmpty() ? "" : ", " + place)
        + ": "
        + message;
  }

  /** Empty if it is not known, or the message says it already. */
  private static String place(String what, JsonNode error, String message) {
    String number = Json.text(error, "/" + what);
    String place = what + " " + number;
    return number.isEmpty() || message.contains(place) ? "" : place;
  }

  private static Optional<String> hint(int status, JsonNode problem, String said) {
    String current = Json.text(problem, "/currentVersion");
    String errorId = Json.text(problem, "/errorId");
    if (!errorId.isEmpty()) {
      return Optional.of("error id " + errorId + ": the server's log has more under it");
    }
    if (!current.isEmpty() && !said.contains("version " + current)) {
      return Optional.of("it is at version " + current + " now");
    }
    if (status == 401 || status == 403) {
      return Optional.of("which token is sent: --token, OPAMPCTL_TOKEN or the context's");
    }
    if (status >= 300 && status < 400) {
      return Optional.of("redirects are not followed; name the server's own URL");
    }
    return Optional.empty();
  }
}
