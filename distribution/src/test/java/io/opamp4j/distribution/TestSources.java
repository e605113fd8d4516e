package io.opamp4j.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The test methods of all modules, read from their sources: a class of another module's tests
 * cannot be loaded from here. Inherited methods count as the heir's. What is disabled or abstract
 * does not run, and counts as not there.
 */
final class TestSources {
  private static final Pattern COMMENTS_AND_TEXT =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])'",
          Pattern.DOTALL);
  private static final Pattern CLASS =
      Pattern.compile("((?:@\\w+\\s+)*)((?:\\w+\\s+)*)class\\s+(\\w+)(?:\\s+extends\\s+(\\w+))?");
  private static final Pattern TEST =
      Pattern.compile("@(?:Test|ParameterizedTest|TestFactory|RepeatedTest|TestTemplate)\\b");
  private static final Pattern METHOD =
      Pattern.compile("\\G\\s*(?:[\\w<>,?.]+\\s+)+?(\\w+)\\s*\\(");
  private static final Pattern ANNOTATION = Pattern.compile("\\G\\s*@([\\w.]+)\\s*");

  private final Map<String, Source> classes = new HashMap<>();
  private final Set<String> ambiguous = new HashSet<>();

  private record Source(String parent, boolean runs, Set<String> tests) {}

  /** Reads every module below the root of the repository. */
  static TestSources below(Path root) {
    TestSources sources = new TestSources();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.filter(path -> Files.exists(path.resolve("pom.xml"))).toList()) {
        // Contracts, which tests inherit, are no test sources.
        sources.addAll(module.resolve("src/main/java"), false);
        sources.addAll(module.resolve("src/test/java"), true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources;
  }

  /** Adds one source; {@code tests} says whether its folder is one whose tests are run. */
  void add(String source, boolean tests) {
    String text = COMMENTS_AND_TEXT.matcher(source).replaceAll(" \"\" ");
    Matcher declaration = CLASS.matcher(text);
    if (!declaration.find()) {
      return;
    }
    String name = declaration.group(3);
    boolean runs =
        tests
            && (name.endsWith("Test") || name.endsWith("IT"))
            && !declaration.group(1).contains("@Disabled")
            && !declaration.group(2).contains("abstract");
    Source read = new Source(declaration.group(4), runs, methods(text));
    if (classes.put(name, read) != null) {
      ambiguous.add(name);
    }
  }

  /** Why a test named {@code Class#method} does not count; empty if it does. */
  String objection(String test) {
    String[] parts = test.split("#", -1);
    if (parts.length != 2) {
      return "is not Class#method";
    }
    Source named = classes.get(parts[0]);
    if (named == null) {
      return "is of no class in the sources";
    }
    if (ambiguous.contains(parts[0])) {
      return "may be of several classes";
    }
    if (!named.runs) {
      return "is of a class that the build does not run";
    }
    for (Source at = named; at != null; at = classes.get(at.parent)) {
      if (at.tests.contains(parts[1])) {
        return "";
      }
    }
    return "is no test method of that class";
  }

  private void addAll(Path folder, boolean tests) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        add(Files.readString(file), tests);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> methods(String text) {
    Set<String> names = new TreeSet<>();
    Matcher test = TEST.matcher(text);
    while (test.find()) {
      boolean disabled = false;
      int at = afterArguments(text, test.end());
      Matcher annotation = ANNOTATION.matcher(text);
      while (annotation.find(at)) {
        disabled |= annotation.group(1).startsWith("Disabled");
        at = afterArguments(text, annotation.end());
      }
      Matcher method = METHOD.matcher(text);
      if (method.find(at) && !disabled) {
        names.add(method.group(1));
      }
    }
    return names;
  }

  /** Where an annotation ends whose name ends here; strings are gone, so brackets match. */
  private static int afterArguments(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length() || text.charAt(at) != '(') {
      return from;
    }
    int depth = 0;
    do {
      depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
      at++;
    } while (depth > 0 && at < text.length());
    return at;
  }
}
