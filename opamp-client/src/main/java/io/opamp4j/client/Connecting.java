package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.transport.Security;
import io.opamp4j.client.transport.Target;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.ProxyConnectionSettings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** How to connect, while it is being set up. Belongs to the builder. */
final class Connecting {
  final URI endpoint;
  Supplier<Map<String, String>> headers = Map::of;
  Optional<SSLContext> sslContext = Optional.empty();
  Tls tls = Tls.PLATFORM;
  ProxyConnectionSettings proxy = ProxyConnectionSettings.getDefaultInstance();
  Duration answerTimeout = Duration.ofSeconds(30);
  int receiveLimit = Messages.DEFAULT_LIMIT;
  int sendLimit = Messages.DEFAULT_LIMIT;
  boolean gzip = true;

  Connecting(URI endpoint) {
    this.endpoint = requireNonNull(endpoint, "endpoint");
    settings();
  }

  void proxy(URI address, Map<String, String> connectHeaders) {
    ProxyConnectionSettings.Builder next =
        ProxyConnectionSettings.newBuilder().setUrl(address.toString());
    connectHeaders.forEach(
        (name, value) ->
            next.getConnectHeadersBuilder().addHeadersBuilder().setKey(name).setValue(value));
    proxy = next.build();
  }

  /**
   * The settings so far.
   *
   * @throws IllegalArgumentException if they cannot work
   */
  TransportSettings settings() {
    Security security = new Security(sslContext, tls.settings(), tls.certificate());
    security
        .objection()
        .ifPresent(
            wrong -> {
              throw new IllegalArgumentException(wrong);
            });
    return new TransportSettings(
        new Target(endpoint, headers, security, proxy),
        answerTimeout,
        receiveLimit,
        sendLimit,
        gzip,
        InstantSource.system());
  }
}
