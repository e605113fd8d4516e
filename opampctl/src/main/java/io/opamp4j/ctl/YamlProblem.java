package io.opamp4j.ctl;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a parser of YAML or JSON complains about, and where. The content of the file is not part of
 * it.
 *
 * @param line from 1; 0 if it is not known
 * @param column from 1; 0 if it is not known
 * @param text in the parser's words, on one line
 */
public record YamlProblem(int line, int column, String text) {
  /** A complaint about YAML ends with the place; the exception's own is the last good token's. */
  private static final Pattern PLACED =
      Pattern.compile("(?m)^(.*)\n in 'reader', line ([0-9]+), column ([0-9]+):$");

  /** Reads the exception. */
  public static YamlProblem of(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    Matcher placed = PLACED.matcher(message);
    YamlProblem last = null;
    while (placed.find()) {
      last =
          new YamlProblem(
              Integer.parseInt(placed.group(2)),
              Integer.parseInt(placed.group(3)),
              placed.group(1).strip());
    }
    if (last != null) {
      return last;
    }
    JsonLocation location = e.getLocation();
    String text = message.lines().findFirst().orElse("cannot be read").strip();
    return location == null
        ? new YamlProblem(0, 0, text)
        : new YamlProblem(location.getLineNr(), location.getColumnNr(), text);
  }
}
