package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.Header;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ProxyConnectionSettings;
import io.opamp4j.proto.TLSCertificate;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where to connect, and as whom.
 *
 * @param endpoint {@code ws}, {@code wss}, {@code http} or {@code https}
 * @param headers asked for before each connect or request, on a thread of the transport; may be
 *     slow
 * @param security for {@code wss} and {@code https}
 * @param proxy the default instance if there is none
 */
public record Target(
    URI endpoint,
    Supplier<Map<String, String>> headers,
    Security security,
    ProxyConnectionSettings proxy) {
  /** The path of the protocol, for an endpoint that has none (TRN-03). */
  public static final String DEFAULT_PATH = "/v1/opamp";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Set<String> SCHEMES = Set.of("ws", "wss", "http", "https");

  public Target {
    endpoint = checked(endpoint);
    requireNonNull(headers, "headers");
    requireNonNull(security, "security");
    proxyUri(proxy);
    String scheme = endpoint.getScheme();
    checked(headers(proxy.getConnectHeaders().getHeadersList()))
        .forEach((name, value) -> checkProxyHeader(scheme, name));
  }

  /** The JDK's HTTP client would send any other to the server. */
  private static void checkProxyHeader(String scheme, String name) {
    if (scheme.startsWith("http") && !name.toLowerCase(Locale.ROOT).startsWith("proxy-")) {
      throw new IllegalArgumentException(
          "over http and https a proxy can be sent Proxy-... headers only, not " + name);
    }
  }

  /**
   * This target with what the server has laid down over it. Whatever is unset in that stays, but
   * for the client's certificate: the application's is of no more use under another endpoint
   * (CONN-25).
   *
   * @throws IllegalArgumentException if that is no target; the message holds no credentials
   */
  public Target with(OpAMPConnectionSettings settings) {
    if (settings.equals(OpAMPConnectionSettings.getDefaultInstance())) {
      return this;
    }
    boolean elsewhere = !settings.getDestinationEndpoint().isEmpty();
    Map<String, String> offered = headers(settings.getHeaders().getHeadersList());
    checked(offered);
    return new Target(
        elsewhere ? uri("endpoint", settings.getDestinationEndpoint().strip()) : endpoint,
        settings.hasHeaders() ? () -> offered : headers,
        with(settings, elsewhere),
        settings.hasProxy() ? settings.getProxy() : proxy);
  }

  /** The headers for the next request. */
  Map<String, String> currentHeaders() {
    return checked(Map.copyOf(headers.get()));
  }

  /** Where the proxy listens; empty if there is none. */
  Optional<URI> proxyUri() {
    return proxyUri(proxy);
  }

  Map<String, String> proxyHeaders() {
    return headers(proxy.getConnectHeaders().getHeadersList());
  }

  private Security with(OpAMPConnectionSettings settings, boolean elsewhere) {
    if (!settings.hasTls() && !settings.hasCertificate() && !elsewhere) {
      return security;
    }
    // A context of the application's cannot be taken apart, so it serves as long as nothing else
    // is wanted.
    Optional<javax.net.ssl.SSLContext> given =
        settings.hasTls() || settings.hasCertificate() ? Optional.empty() : security.given();
    TLSCertificate own = elsewhere ? TLSCertificate.getDefaultInstance() : security.certificate();
    return new Security(
        given,
        settings.hasTls() ? settings.getTls() : security.tls(),
        settings.hasCertificate() ? settings.getCertificate() : own);
  }

  /** A bad one is named, never shown: its value may be a secret. */
  private static Map<String, String> checked(Map<String, String> headers) {
    headers.forEach(
        (name, value) -> {
          boolean printable = value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 127));
          if (!NAME.matcher(name).matches() || !printable) {
            throw new IllegalArgumentException("not a valid header: " + name.strip());
          }
        });
    return headers;
  }

  private static Map<String, String> headers(Iterable<Header> headers) {
    Map<String, String> map = new LinkedHashMap<>();
    headers.forEach(
        header -> map.merge(header.getKey(), header.getValue(), (a, b) -> a + ", " + b));
    return map;
  }

  private static Optional<URI> proxyUri(ProxyConnectionSettings proxy) {
    String url = proxy.getUrl();
    if (url.isEmpty()) {
      return Optional.empty();
    }
    URI uri = uri("proxy", url.contains("://") ? url : "http://" + url);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1) {
      throw new IllegalArgumentException(
          "a proxy is http://host:port or host:port, not "
              + uri.getScheme()
              + "://"
              + uri.getHost());
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the proxy must not hold credentials; use a header: " + uri.getHost());
    }
    return Optional.of(uri);
  }

  /** The JDK's own complaint would show all of it, which may hold credentials. */
  private static URI uri(String what, String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("the " + what + " is not a URL: " + e.getReason());
    }
  }

  private static URI checked(URI endpoint) {
    String scheme = endpoint.getScheme();
    if (scheme == null || !SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException(
          "the endpoint must start with ws://, wss://, http:// or https://: " + endpoint);
    }
    if (endpoint.getHost() == null) {
      throw new IllegalArgumentException("the endpoint has no host: " + endpoint);
    }
    if (endpoint.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the endpoint must not hold credentials; use a header: " + endpoint.getHost());
    }
    return endpoint.getRawPath().isEmpty() ? endpoint.resolve(DEFAULT_PATH) : endpoint;
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return endpoint.toString();
  }
}
