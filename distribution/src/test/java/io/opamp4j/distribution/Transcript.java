package io.opamp4j.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Commands as they were typed and what they printed, as Markdown. Not for several threads. */
final class Transcript {
  private static final int MOST_LINES = 40;

  private final List<String> parts = new ArrayList<>();

  void heading(String text) {
    parts.add("\n## " + text + "\n");
  }

  /** What happens beside the command line, in plain words. */
  void remark(String text) {
    parts.add("\n" + text + "\n");
  }

  void command(String program, List<String> args, ServerProcess.Result result) {
    StringBuilder text = new StringBuilder("\n```console\n$ ").append(program);
    args.forEach(arg -> text.append(' ').append(quoted(arg)));
    text.append('\n').append(shortened(result.err())).append(shortened(result.out()));
    if (result.exitCode() != 0) {
      text.append("[exit code ").append(result.exitCode()).append("]\n");
    }
    parts.add(text.append("```\n").toString());
  }

  void writeTo(Path file) {
    try {
      Files.writeString(file, String.join("", parts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String arg) {
    return arg.matches("[A-Za-z0-9_./:=%@,+-]+") ? arg : "'" + arg + "'";
  }

  private static String shortened(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() <= MOST_LINES) {
      return text;
    }
    return lines.stream().limit(MOST_LINES - 1).collect(Collectors.joining("\n"))
        + "\n... and %d lines more\n".formatted(lines.size() - MOST_LINES + 1);
  }
}
