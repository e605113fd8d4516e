package io.opamp4j.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words after the program's name, understood. Every setting is an option of its own name, so
 * this is a small parser rather than a library: {@code --server.port 4321} or {@code
 * --server.port=4321}.
 *
 * @param help {@code --help} was asked for
 * @param version {@code --version} was asked for
 * @param checkConfig {@code --check-config} was asked for
 * @param configFile the file named by {@code --config}
 * @param settings the text given for each key
 * @param copy the command {@code storage copy}, if it was given
 */
public record CommandLine(
    boolean help,
    boolean version,
    boolean checkConfig,
    Optional<String> configFile,
    Map<String, String> settings,
    Optional<Copy> copy) {
  private static final String CONFIG = "--config";
  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String OVERWRITE = "--overwrite";
  private static final List<String> FLAGS = List.of("--help", "--version", "--check-config");

  public CommandLine {
    settings = Map.copyOf(settings);
  }

  /**
   * {@code storage copy}: bring everything from one backend into another, and end.
   *
   * @param from the name of the backend to read; empty if it was not given
   * @param to the name of the backend to write; empty if it was not given
   * @param overwrite whether the target may hold something already
   */
  public record Copy(String from, String to, boolean overwrite) {}

  /** Understands the words, adding what cannot be understood to the problems. */
  public static CommandLine parse(List<String> words, SettingTable table, ConfigProblems problems) {
    return new Parser(words, table, problems).parse();
  }

  void read(SettingTable table, RawValues values) {
    settings.forEach(
        (key, text) ->
            table.find(key).ifPresent(setting -> values.put(setting, text, setting.option())));
  }

  private static final class Parser {
    private final Iterator<String> words;
    private final ConfigProblems problems;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private final List<String> flags = new ArrayList<>(FLAGS);
    private final List<String> texts = new ArrayList<>(List.of(CONFIG));
    private final List<String> names = new ArrayList<>();
    private boolean copy;
    private String pushedBack = "";
    private int position;

    Parser(List<String> words, SettingTable table, ConfigProblems problems) {
      this.words = List.copyOf(words).iterator();
      this.problems = problems;
      copy = words.size() > 1 && words.subList(0, 2).equals(List.of("storage", "copy"));
      if (copy) {
        next();
        next();
        flags.add(OVERWRITE);
        texts.addAll(List.of(FROM, TO));
      }
      names.addAll(flags);
      names.addAll(texts);
      table.all().forEach(setting -> names.add(setting.option()));
    }

    CommandLine parse() {
      while (hasNext()) {
        String word = next();
        if (word.equals("-h")) {
          options.put("--help", "");
        } else if (word.startsWith("--") && word.length() > 2) {
          option(word);
        } else {
          // Not repeated: it may be the second half of a password with a space.
          problems.add("command line", "word " + position + " is neither an option nor its value");
        }
      }
      return new CommandLine(
          options.containsKey("--help"),
          options.containsKey("--version"),
          options.containsKey("--check-config"),
          Optional.ofNullable(options.get(CONFIG)),
          settings,
          copy ? Optional.of(copyOrder()) : Optional.empty());
    }

    private Copy copyOrder() {
      for (String needed : List.of(FROM, TO)) {
        if (!options.containsKey(needed) && !options.containsKey("--help")) {
          problems.add(needed, "is needed: opamp-server storage copy --from h2 --to redis");
        }
      }
      return new Copy(
          options.getOrDefault(FROM, ""),
          options.getOrDefault(TO, ""),
          options.containsKey(OVERWRITE));
    }

    private void option(String word) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Optional<String> attached =
          equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
      if (flags.contains(name)) {
        if (attached.isPresent()) {
          problems.add(name, "takes no value");
        }
        options.put(name, "");
        return;
      }
      Optional<String> value = attached.or(this::following);
      if (!names.contains(name)) {
        problems.add(
            name,
            "unknown option"
                + Suggestions.nearest(name, names)
                    .map(n -> "; did you mean " + n + "?")
                    .orElse(""));
      } else if (value.isEmpty()) {
        problems.add(name, "needs a value: " + name + "=VALUE");
      } else {
        String earlier =
            texts.contains(name)
                ? options.putIfAbsent(name, value.get())
                : settings.putIfAbsent(name.substring(2), value.get());
        if (earlier != null) {
          problems.add(name, "is given twice");
        }
      }
    }

    private Optional<String> following() {
      if (!hasNext()) {
        return Optional.empty();
      }
      String word = next();
      if (word.startsWith("--")) {
        pushedBack = word;
        position--;
        return Optional.empty();
      }
      return Optional.of(word);
    }

    private boolean hasNext() {
      return !pushedBack.isEmpty() || words.hasNext();
    }

    private String next() {
      position++;
      if (pushedBack.isEmpty()) {
        return words.next();
      }
      String word = pushedBack;
      pushedBack = "";
      return word;
    }
  }
}
