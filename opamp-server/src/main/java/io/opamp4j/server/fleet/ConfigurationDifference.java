package io.opamp4j.server.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.AbstractDelta;
import com.github.difflib.patch.ChangeDelta;
import com.github.difflib.patch.Chunk;
import com.github.difflib.patch.Patch;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How one set of files differs from another, for people to read. Pure.
 *
 * @param name of the file
 * @param change what happened to it
 * @param fromContentType the MIME type before; empty if not stated or if there was no file
 * @param toContentType the MIME type after
 * @param text the difference in the unified format with three lines of context; empty if the
 *     content is the same, no text, or too large
 */
public record ConfigurationDifference(
    String name, Change change, String fromContentType, String toContentType, String text) {
  private static final int CONTEXT = 3;

  /** Comparing takes time that grows with the square of what differs. */
  static final int MAX_LINES = 5_000;

  private static final int MAX_BYTES = 1 << 20;

  /** Cannot be in a text, so it can stand for the end of a line being missing. */
  private static final String NO_NEWLINE = "\0";

  private static final AgentConfigFile NO_FILE = AgentConfigFile.getDefaultInstance();

  /** What happened to a file. */
  public enum Change {
    ADDED,
    REMOVED,
    /** Its content or its type is another. */
    CHANGED
  }

  /** The files that differ, by name. */
  public static List<ConfigurationDifference> between(AgentConfigMap from, AgentConfigMap to) {
    Map<String, AgentConfigFile> before = from.getConfigMapMap();
    Map<String, AgentConfigFile> after = to.getConfigMapMap();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<ConfigurationDifference> differences = new ArrayList<>();
    for (String name : names) {
      of(name, Optional.ofNullable(before.get(name)), Optional.ofNullable(after.get(name)))
          .ifPresent(differences::add);
    }
    return differences;
  }

  /**
   * The same for what an agent should have and what it says it has. Agents do not always keep the
   * names of files, so where each side has one file the two are compared whatever they are called.
   */
  public static List<ConfigurationDifference> ofAgent(AgentConfigMap target, AgentConfigMap has) {
    if (target.getConfigMapCount() != 1 || has.getConfigMapCount() != 1) {
      return between(has, target);
    }
    Map.Entry<String, AgentConfigFile> only = new TreeMap<>(target.getConfigMapMap()).firstEntry();
    // Nor do they keep content types.
    AgentConfigFile its =
        has.getConfigMapMap().values().iterator().next().toBuilder()
            .setContentType(only.getValue().getContentType())
            .build();
    return of(only.getKey(), Optional.of(its), Optional.of(only.getValue())).stream().toList();
  }

  private static Optional<ConfigurationDifference> of(
      String name, Optional<AgentConfigFile> from, Optional<AgentConfigFile> to) {
    if (from.equals(to)) {
      return Optional.empty();
    }
    AgentConfigFile before = from.orElse(NO_FILE);
    AgentConfigFile after = to.orElse(NO_FILE);
    Change change = from.isEmpty() ? Change.ADDED : to.isEmpty() ? Change.REMOVED : Change.CHANGED;
    return Optional.of(
        new ConfigurationDifference(
            name,
            change,
            before.getContentType(),
            after.getContentType(),
            text(name, from.isPresent(), before, to.isPresent(), after)));
  }

  private static String text(
      String name, boolean was, AgentConfigFile before, boolean is, AgentConfigFile after) {
    if (!isText(before.getBody()) || !isText(after.getBody())) {
      return "";
    }
    List<String> old = lines(before.getBody());
    List<String> fresh = lines(after.getBody());
    if (old.size() > MAX_LINES || fresh.size() > MAX_LINES) {
      return "";
    }
    Patch<String> patch = joined(DiffUtils.diff(old, fresh, new MyersDiffWithLinearSpace<>()));
    List<String> unified =
        UnifiedDiffUtils.generateUnifiedDiff(
            was ? "a/" + name : "/dev/null", is ? "b/" + name : "/dev/null", old, patch, CONTEXT);
    StringBuilder text = new StringBuilder();
    for (String line : unified) {
      text.append(
              line.endsWith(NO_NEWLINE)
                  ? line.substring(0, line.length() - 1) + "\n\\ No newline at end of file"
                  : emptySide(line))
          .append('\n');
    }
    return text.toString();
  }

  /** Puts what was removed before what was added in its place, as readers are used to. */
  private static Patch<String> joined(Patch<String> patch) {
    Patch<String> joined = new Patch<>();
    @Nullable AbstractDelta<String> open = null;
    for (AbstractDelta<String> next : patch.getDeltas()) {
      if (open != null && follows(open, next)) {
        open =
            new ChangeDelta<>(
                both(open.getSource(), next.getSource()), both(open.getTarget(), next.getTarget()));
      } else {
        if (open != null) {
          joined.addDelta(open);
        }
        open = next;
      }
    }
    if (open != null) {
      joined.addDelta(open);
    }
    return joined;
  }

  private static boolean follows(AbstractDelta<String> first, AbstractDelta<String> second) {
    return first.getSource().getPosition() + first.getSource().size()
            == second.getSource().getPosition()
        && first.getTarget().getPosition() + first.getTarget().size()
            == second.getTarget().getPosition();
  }

  private static Chunk<String> both(Chunk<String> first, Chunk<String> second) {
    List<String> lines = new ArrayList<>(first.getLines());
    lines.addAll(second.getLines());
    return new Chunk<>(first.getPosition(), lines);
  }

  /** A side without any line begins at line 0; the library says 1, which patch does not take. */
  private static String emptySide(String line) {
    return line.startsWith("@@ ")
        ? line.replaceFirst("^@@ -1,0 ", "@@ -0,0 ").replaceFirst("\\+1,0 @@$", "+0,0 @@")
        : line;
  }

  private static boolean isText(ByteString body) {
    return body.size() <= MAX_BYTES && body.isValidUtf8() && !body.toString(UTF_8).contains("\0");
  }

  private static List<String> lines(ByteString body) {
    if (body.isEmpty()) {
      return List.of();
    }
    String text = body.toString(UTF_8);
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int last = lines.size() - 1;
    if (lines.get(last).isEmpty()) {
      lines.remove(last);
    } else {
      lines.set(last, lines.get(last) + NO_NEWLINE);
    }
    return lines;
  }
}
