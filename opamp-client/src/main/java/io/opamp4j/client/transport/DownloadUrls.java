package io.opamp4j.client.transport;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which URLs a file may come from. What is refused is never shown: it may hold a secret. */
final class DownloadUrls {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private DownloadUrls() {}

  /** The URL in an offer. */
  static URI offered(String url) throws DownloadException {
    try {
      return checked(URI.create(url.strip()));
    } catch (IllegalArgumentException e) {
      throw DownloadException.lasting("the offered URL is none");
    }
  }

  /** The URL a server redirects to. */
  static URI next(URI from, Optional<String> location) throws DownloadException {
    String text = location.orElse("").strip();
    if (text.isEmpty()) {
      throw DownloadException.lasting("a redirect to nowhere");
    }
    URI to;
    try {
      to = checked(from.resolve(URI.create(text)));
    } catch (IllegalArgumentException e) {
      throw DownloadException.lasting("a redirect to nowhere");
    }
    if (scheme(from).equals("https") && !scheme(to).equals("https")) {
      throw DownloadException.lasting("a redirect from https to http");
    }
    return to;
  }

  static boolean isRedirect(int status) {
    return REDIRECTS.contains(status);
  }

  static boolean sameOrigin(URI one, URI other) {
    return scheme(one).equals(scheme(other))
        && Downloads.host(one).equals(Downloads.host(other))
        && port(one) == port(other);
  }

  private static URI checked(URI uri) throws DownloadException {
    String scheme = scheme(uri);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw DownloadException.lasting("a package comes over http or https, not '" + scheme + "'");
    }
    if (uri.getHost() == null) {
      throw DownloadException.lasting("the URL has no host");
    }
    if (uri.getRawUserInfo() != null) {
      throw DownloadException.lasting("the URL must not hold credentials");
    }
    return uri;
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return scheme(uri).equals("https") ? 443 : 80;
  }

  private static String scheme(URI uri) {
    return uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
  }
}
