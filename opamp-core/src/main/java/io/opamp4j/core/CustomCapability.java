package io.opamp4j.core;

import java.util.regex.Pattern;

/** The names of custom capabilities, such as {@code com.example.pause/v1} (CUSTOM-05). */
public final class CustomCapability {
  /** The longest name, in characters: that of a host name. */
  public static final int LONGEST_NAME = 255;

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++)+(?:/[A-Za-z0-9._-]++)?");

  private CustomCapability() {}

  /**
   * Whether this is a name: a host name in reverse, a dot and a short name, and perhaps a slash and
   * a version.
   */
  public static boolean isName(String text) {
    return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
  }
}
