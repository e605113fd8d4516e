package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.security.GeneralSecurityException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import javax.net.ssl.SSLContext;

/**
 * Plain HTTP on the JDK's client: HTTP/1.1, because an offer to upgrade confuses servers, and no
 * redirects, because credentials must not follow one to another host (E-35).
 */
final class HttpTransport implements Transports.Carrier {
  private static final int THREADS = 4;

  private final TransportSettings settings;
  private final HttpClient client;
  private final ThreadPoolExecutor executor;

  HttpTransport(TransportSettings settings) throws GeneralSecurityException {
    this.settings = settings;
    Security security = settings.target().security();
    SSLContext context = security.context();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .sslContext(context)
            .sslParameters(security.parameters(context));
    settings
        .target()
        .proxyUri()
        .ifPresent(
            proxy ->
                builder.proxy(
                    ProxySelector.of(
                        InetSocketAddress.createUnresolved(proxy.getHost(), proxy.getPort()))));
    this.client = builder.build();
    this.executor = new DaemonThreads("opamp-client-http").pool(THREADS);
  }

  @Override
  public Link open(LinkEvents events) {
    HttpLink link = new HttpLink(settings, client, executor, events);
    try {
      executor.execute(events::opened);
    } catch (RejectedExecutionException e) {
      events.lost(Loss.of(LossKind.TIMEOUT, "earlier requests still hang"));
    }
    return link;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
