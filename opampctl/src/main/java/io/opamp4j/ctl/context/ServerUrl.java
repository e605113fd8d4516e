package io.opamp4j.ctl.context;

import java.net.URI;
import java.util.Locale;

/** Checks what is given as a server's address. Pure. */
public final class ServerUrl {
  private ServerUrl() {}

  /**
   * Reads an address; a bare {@code host:port} is taken for HTTP.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static URI parse(String text) {
    String full = text.contains("://") ? text : "http://" + text;
    URI url;
    try {
      url = URI.create(full);
    } catch (IllegalArgumentException e) {
      throw refused(text, "is not a URL");
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw refused(text, "must begin with http:// or https://");
    }
    if (url.getHost() == null) {
      throw refused(text, "names no host");
    }
    if (url.getRawUserInfo() != null) {
      throw refused("the server's URL", "must not contain a password; use a token");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw refused(text, "must end with the host, the port or a path");
    }
    return url;
  }

  private static IllegalArgumentException refused(String what, String why) {
    return new IllegalArgumentException(what + " " + why + ", such as http://127.0.0.1:4320");
  }
}
