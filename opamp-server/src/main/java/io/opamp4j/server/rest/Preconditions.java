package io.opamp4j.server.rest;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a change demands of the thing as it is (RFC 9110, 13.1), where entity tags are document
 * versions.
 *
 * @param ifMatch the tags of If-Match as they were sent, {@code *} among them; empty if the header
 *     is missing
 * @param ifNoneMatch the same of If-None-Match
 */
record Preconditions(List<String> ifMatch, List<String> ifNoneMatch) {
  private static final Pattern NEXT_TAG =
      Pattern.compile("\\G(?:^|[ \\t]*,[ \\t]*)(\\*|(?:W/)?\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")");
  private static final String ANY = "*";

  Preconditions {
    ifMatch = List.copyOf(ifMatch);
    ifNoneMatch = List.copyOf(ifNoneMatch);
  }

  static Preconditions of(HttpHeaders headers) {
    return new Preconditions(
        tags(headers, HttpHeaders.IF_MATCH), tags(headers, HttpHeaders.IF_NONE_MATCH));
  }

  /**
   * Whether the thing must not exist yet. If not, {@link #ifMatch} is there: a replacement must say
   * what it replaces.
   */
  boolean mustBeAbsent() {
    if (ifNoneMatch.isEmpty() && ifMatch.isEmpty()) {
      throw new ProblemException(
          Problem.preconditionRequired(
              "give If-Match with the ETag of the version to replace, or If-None-Match: * to"
                  + " create"));
    }
    if (!ifNoneMatch.isEmpty() && !ifMatch.isEmpty()) {
      throw ProblemException.invalid(HttpHeaders.IF_NONE_MATCH, "excludes If-Match");
    }
    if (!ifNoneMatch.isEmpty() && !ifNoneMatch.equals(List.of(ANY))) {
      throw ProblemException.invalid(HttpHeaders.IF_NONE_MATCH, "must be * here");
    }
    return ifMatch.isEmpty();
  }

  /** A change of what is always there must say what it changes. */
  void requireIfMatch() {
    if (ifMatch.isEmpty()) {
      throw new ProblemException(
          Problem.preconditionRequired("give If-Match with the ETag of what is to be changed"));
    }
  }

  /**
   * A command may say at which version it is meant, and need not: it names what is to be done, and
   * not what the thing is to look like.
   *
   * @param thing as for {@link #matched}
   * @param version the version now
   * @throws ProblemException if If-Match is there and does not hold
   */
  void matchedIfGiven(String thing, long version) {
    if (!ifMatch.isEmpty()) {
      matched(thing, Optional.of(version));
    }
  }

  /**
   * The version that may be replaced or removed.
   *
   * @param thing what it is about, such as {@code "configuration web"}
   * @param current the version now; empty if there is none
   * @throws ProblemException if If-Match does not hold
   */
  long matched(String thing, Optional<Long> current) {
    if (current.isEmpty()) {
      throw new ProblemException(Problem.versionConflict(thing + " does not exist", null));
    }
    long version = current.get();
    if (!ifMatch.contains(ANY) && !ifMatch.contains("\"" + version + "\"")) {
      throw new ProblemException(
          Problem.versionConflict(
              thing + " is at version " + version + ", which If-Match does not name", version));
    }
    return version;
  }

  private static List<String> tags(HttpHeaders headers, String name) {
    List<@Nullable String> values = headers.getRequestHeader(name);
    if (values == null) {
      return List.of();
    }
    String text = String.join(",", values).strip();
    List<String> tags = new ArrayList<>();
    Matcher next = NEXT_TAG.matcher(text);
    int end = 0;
    while (next.find()) {
      tags.add(next.group(1));
      end = next.end();
    }
    if (tags.isEmpty() || end != text.length()) {
      throw ProblemException.invalid(name, "must be * or a list of entity tags such as \"3\"");
    }
    return tags;
  }
}
