package io.opamp4j.server.fleet;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as an operator typed it, with nothing checked yet; null is what was left out.
 *
 * @param name see {@link Configuration#isName}
 * @param selector the text of a {@link Selector}; required, because every agent ({@code ""}) should
 *     be meant when it is said
 * @param priority 0 if left out
 * @param description empty if left out
 * @param files by name, required; a single file may be called {@code ""} (CFG-16), and no file at
 *     all sends agents back to their local configuration (E-51)
 */
public record ConfigurationDraft(
    @Nullable String name,
    @Nullable String selector,
    @Nullable Integer priority,
    @Nullable String description,
    @Nullable Map<String, @Nullable File> files) {
  static final int MAX_FILES = 1_000;
  static final int MAX_NAME_LENGTH = 255;
  static final int MAX_DESCRIPTION_LENGTH = 4_096;

  /**
   * One file; the content is given either way, but not both.
   *
   * @param contentType the MIME type, empty if left out (CFG-18)
   * @param body the content, when it is text
   * @param bodyBase64 the content in Base64, whatever it is
   */
  public record File(
      @Nullable String contentType, @Nullable String body, @Nullable String bodyBase64) {}

  /**
   * Checks everything.
   *
   * @throws InvalidConfigurationException if anything is wrong, naming all of it
   */
  Checked check() {
    return check(new ArrayList<>());
  }

  /**
   * Checks everything for a configuration whose name is known; the draft may repeat it.
   *
   * @throws InvalidConfigurationException if anything is wrong, naming all of it
   */
  Checked checkAs(String required) {
    List<FieldProblem> problems = new ArrayList<>();
    if (name != null && !name.equals(required)) {
      problems.add(
          new FieldProblem("name", "is '" + name + "', but '" + required + "' is written"));
    }
    return new ConfigurationDraft(required, selector, priority, description, files).check(problems);
  }

  /** Whether this version is what the draft asks for. */
  public boolean asksFor(Configuration version) {
    Checked checked = check();
    return checked.name().equals(version.name()) && checked.spec().equals(version.spec());
  }

  private Checked check(List<FieldProblem> problems) {
    String checkedName = checkName(problems);
    Selector checkedSelector = checkSelector(problems);
    String checkedDescription = description == null ? "" : description;
    checkText("description", checkedDescription, MAX_DESCRIPTION_LENGTH, problems);
    AgentConfigMap checkedFiles = checkFiles(problems);
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
    int checkedPriority = priority == null ? 0 : priority;
    return new Checked(
        checkedName,
        new ConfigurationSpec(checkedSelector, checkedPriority, checkedDescription, checkedFiles));
  }

  /** A draft without problems. */
  record Checked(String name, ConfigurationSpec spec) {}

  private String checkName(List<FieldProblem> problems) {
    if (name == null) {
      problems.add(new FieldProblem("name", "is required"));
      return "";
    }
    if (!Configuration.isName(name)) {
      problems.add(
          new FieldProblem(
              "name",
              "must be 1 to 63 lower-case letters, digits, '.', '_' or '-', with a letter or digit"
                  + " at both ends"));
    }
    return name;
  }

  private Selector checkSelector(List<FieldProblem> problems) {
    if (selector == null) {
      problems.add(new FieldProblem("selector", "is required; \"\" matches every agent"));
      return Selector.EVERYTHING;
    }
    checkText("selector", selector, Integer.MAX_VALUE, problems);
    try {
      return Selector.parse(selector);
    } catch (SelectorSyntaxException e) {
      problems.add(
          new FieldProblem(
              "selector", String.valueOf(e.getMessage()), OptionalInt.of(e.position())));
      return Selector.EVERYTHING;
    }
  }

  private AgentConfigMap checkFiles(List<FieldProblem> problems) {
    AgentConfigMap.Builder map = AgentConfigMap.newBuilder();
    if (files == null) {
      problems.add(
          new FieldProblem("files", "is required; {} sends agents back to their local files"));
      return map.build();
    }
    if (files.size() > MAX_FILES) {
      problems.add(new FieldProblem("files", "has more than " + MAX_FILES + " files"));
      return map.build();
    }
    files.forEach(
        (fileName, file) -> {
          String path = FieldProblem.member("files", fileName);
          if (checkText(path, fileName, MAX_NAME_LENGTH, problems)
              && fileName.chars().anyMatch(Character::isISOControl)) {
            problems.add(new FieldProblem(path, "has a control character in its name"));
          }
          if (file == null) {
            problems.add(new FieldProblem(path, "must be an object, not null"));
          } else {
            map.putConfigMap(fileName, checkFile(path, file, problems));
          }
        });
    return map.build();
  }

  private static AgentConfigFile checkFile(String path, File file, List<FieldProblem> problems) {
    AgentConfigFile.Builder checked = AgentConfigFile.newBuilder();
    if (file.contentType() != null
        && checkText(path + ".contentType", file.contentType(), MAX_NAME_LENGTH, problems)) {
      checked.setContentType(file.contentType());
    }
    if ((file.body() == null) == (file.bodyBase64() == null)) {
      problems.add(new FieldProblem(path, "must have either body or bodyBase64"));
    } else if (file.body() != null) {
      checkText(path + ".body", file.body(), Integer.MAX_VALUE, problems);
      checked.setBody(ByteString.copyFromUtf8(file.body()));
    } else if (file.bodyBase64() != null) {
      try {
        checked.setBody(ByteString.copyFrom(Base64.getDecoder().decode(file.bodyBase64())));
      } catch (IllegalArgumentException e) {
        problems.add(new FieldProblem(path + ".bodyBase64", "is not Base64 (RFC 4648)"));
      }
    }
    return checked.build();
  }

  /** Half a surrogate pair cannot be written as UTF-8, and must not become a question mark. */
  private static boolean checkText(
      String field, String text, int maxLength, List<FieldProblem> problems) {
    if (text.length() > maxLength) {
      problems.add(new FieldProblem(field, "is longer than " + maxLength + " characters"));
      return false;
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      problems.add(new FieldProblem(field, "has half a surrogate pair, which is no character"));
      return false;
    }
    return true;
  }
}
