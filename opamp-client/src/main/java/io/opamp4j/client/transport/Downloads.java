package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.TLSCertificate;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Files over HTTP, with the TLS and proxy settings of the client's connection. Its headers are not
 * sent, and its certificate is shown to its own host only. The JDK's client has threads of its own,
 * which end when {@link #release} has let go of it. For one thread at a time.
 */
public final class Downloads {
  private final TransportSettings base;
  private final Supplier<OpAMPConnectionSettings> latest;

  /** By whether they show the client's certificate. */
  private final Map<Boolean, HttpClient> clients = new HashMap<>();

  private TransportSettings current;

  /**
   * @param latest the verified settings of the connection, to lay over the others
   */
  public Downloads(TransportSettings base, Supplier<OpAMPConnectionSettings> latest) {
    this.base = requireNonNull(base, "base");
    this.latest = requireNonNull(latest, "latest");
    this.current = base;
  }

  /** A download that has not begun. */
  public Download download(DownloadLimits limits) {
    TransportSettings now = base.with(latest.get());
    if (!now.target().security().equals(current.target().security())
        || !now.target().proxy().equals(current.target().proxy())) {
      release();
    }
    current = now;
    return new Download(this, limits);
  }

  /** There is nothing to download for now. */
  public void release() {
    clients.clear();
  }

  TransportSettings settings() {
    return current;
  }

  HttpClient client(URI uri) throws GeneralSecurityException {
    Target target = current.target();
    URI endpoint = target.endpoint();
    boolean home = endpoint.getHost().toLowerCase(Locale.ROOT).equals(host(uri));
    HttpClient client = clients.get(home);
    if (client == null) {
      client = make(target, home);
      clients.put(home, client);
    }
    return client;
  }

  private HttpClient make(Target target, boolean home) throws GeneralSecurityException {
    Security security = target.security();
    Security shown =
        home
            ? security
            : new Security(security.given(), security.tls(), TLSCertificate.getDefaultInstance());
    SSLContext context = shown.context();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(current.connectTimeout())
            .sslContext(context)
            .sslParameters(shown.parameters(context));
    target
        .proxyUri()
        .ifPresent(
            proxy ->
                builder.proxy(
                    ProxySelector.of(
                        InetSocketAddress.createUnresolved(proxy.getHost(), proxy.getPort()))));
    return builder.build();
  }

  static String host(URI uri) {
    return uri.getHost().toLowerCase(Locale.ROOT);
  }
}
