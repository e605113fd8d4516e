package io.opamp4j.server.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with a configuration, so that one start shows it all. Not thread-safe: it
 * lives on the thread that reads the configuration.
 */
public final class ConfigProblems {
  /** A file of a million bytes can hold many mistakes; nobody reads more than these at once. */
  private static final int MOST_SHOWN = 50;

  private final List<Problem> problems = new ArrayList<>();

  /**
   * Adds a problem.
   *
   * @param place where the user can mend it, such as {@code conf/opamp-server.yaml:3:9}, {@code
   *     OPAMP_SERVER_PORT} or {@code --server.port}
   * @param message what is wrong, naming the key; never a secret value
   */
  public void add(String place, String message) {
    problems.add(new Problem(printable(place), printable(message)));
  }

  /** Whether nothing is wrong so far. */
  public boolean isEmpty() {
    return problems.isEmpty();
  }

  /** The problems so far, in the order they were found. */
  public List<Problem> all() {
    return List.copyOf(problems);
  }

  /** Throws if anything is wrong. */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigException(report(), problems);
    }
  }

  /** All problems as lines of text, with a headline; ends without a line break. */
  public String report() {
    StringBuilder text = new StringBuilder("The configuration has ");
    text.append(problems.size()).append(problems.size() == 1 ? " problem:" : " problems:");
    problems.stream()
        .limit(MOST_SHOWN)
        .forEach(p -> text.append("\n  ").append(p.place()).append(": ").append(p.message()));
    if (problems.size() > MOST_SHOWN) {
      text.append("\n  ... and ").append(problems.size() - MOST_SHOWN).append(" more");
    }
    return text.toString();
  }

  /** Names and values come from outside; they must not steer the terminal that shows them. */
  private static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  /**
   * One thing that is wrong.
   *
   * @param place where it can be mended
   * @param message what is wrong, in one line
   */
  public record Problem(String place, String message) {
    public Problem {
      requireNonNull(place, "place");
      requireNonNull(message, "message");
    }
  }
}
