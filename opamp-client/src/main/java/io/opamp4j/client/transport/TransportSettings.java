package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Where and how to connect.
 *
 * @param endpoint {@code ws}, {@code wss}, {@code http} or {@code https}
 * @param headers asked for before each connect or request, on a thread of the transport; may be
 *     slow
 * @param sslContext for {@code wss} and {@code https}; empty means the platform's default
 * @param connectTimeout how long connecting may take
 * @param receiveLimit the largest message accepted, in bytes, also after decompression (LIM-07,
 *     LIM-20)
 * @param sendLimit the largest message sent, in bytes, before compression
 * @param gzip whether larger HTTP request bodies are compressed (HTTP-11)
 * @param clock to read the date form of Retry-After with
 */
public record TransportSettings(
    URI endpoint,
    Supplier<Map<String, String>> headers,
    Optional<SSLContext> sslContext,
    Duration connectTimeout,
    int receiveLimit,
    int sendLimit,
    boolean gzip,
    InstantSource clock) {
  /** The path of the protocol, for an endpoint that has none (TRN-03). */
  public static final String DEFAULT_PATH = "/v1/opamp";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Set<String> SCHEMES = Set.of("ws", "wss", "http", "https");

  public TransportSettings {
    endpoint = checked(endpoint);
    requireNonNull(headers, "headers");
    requireNonNull(sslContext, "sslContext");
    if (connectTimeout.isNegative() || connectTimeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
    }
    if (receiveLimit < 1 || sendLimit < 1) {
      throw new IllegalArgumentException(
          "size limits must be positive: " + receiveLimit + ", " + sendLimit);
    }
    requireNonNull(clock, "clock");
  }

  /** The transport the scheme of the endpoint asks for (TRN-02). */
  public Transport transport() {
    return endpoint.getScheme().startsWith("ws")
        ? new WebSocketTransport(this)
        : new HttpTransport(this);
  }

  /**
   * The headers for the next request. A bad one is named, never shown: its value may be a secret.
   */
  Map<String, String> currentHeaders() {
    Map<String, String> current = Map.copyOf(headers.get());
    current.forEach(
        (name, value) -> {
          boolean printable = value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 127));
          if (!NAME.matcher(name).matches() || !printable) {
            throw new IllegalArgumentException("not a valid header: " + name.strip());
          }
        });
    return current;
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
}
