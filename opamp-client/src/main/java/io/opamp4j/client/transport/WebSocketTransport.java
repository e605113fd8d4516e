package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import java.security.GeneralSecurityException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.glassfish.tyrus.client.ClientManager;
import org.glassfish.tyrus.client.ClientProperties;
import org.glassfish.tyrus.client.SslEngineConfigurator;
import org.glassfish.tyrus.client.ThreadPoolConfig;

/**
 * WebSocket through the Jakarta API, on Tyrus with its JDK container. Compression extensions are
 * not offered, redirects are not followed (E-35), and Tyrus' own reconnecting is off: the client
 * machine decides.
 */
final class WebSocketTransport implements Transports.Carrier {
  private static final String CONTAINER =
      "org.glassfish.tyrus.container.jdk.client.JdkClientContainer";

  /**
   * A frame over the limit by up to this much is read and refused with 1009; Tyrus refuses larger
   * ones itself.
   */
  private static final int READ_AHEAD = 1024 * 1024;

  /** Attempts the client has given up may hang for a while; more than this are not started. */
  private static final int CONNECTING_THREADS = 4;

  private final TransportSettings settings;
  private final ClientManager container;
  private final ThreadPoolExecutor executor;

  WebSocketTransport(TransportSettings settings) throws GeneralSecurityException {
    this.settings = settings;
    this.container = container(settings);
    this.executor = new DaemonThreads("opamp-client-connect").pool(CONNECTING_THREADS);
  }

  @Override
  public Link open(LinkEvents events) {
    WebSocketLink link = new WebSocketLink(settings, container, executor, events);
    try {
      executor.execute(link::connect);
    } catch (RejectedExecutionException e) {
      events.lost(Loss.of(LossKind.TIMEOUT, "earlier attempts to connect still hang"));
    }
    return link;
  }

  @Override
  public void close() {
    executor.shutdown();
    container.shutdown();
  }

  private static ClientManager container(TransportSettings settings)
      throws GeneralSecurityException {
    ClientManager container = ClientManager.createClient(CONTAINER);
    container
        .getProperties()
        .put(
            ClientProperties.HANDSHAKE_TIMEOUT,
            Math.toIntExact(Math.min(settings.connectTimeout().toMillis(), Integer.MAX_VALUE)));
    int largestFrame =
        (int) Math.min((long) settings.receiveLimit() + READ_AHEAD, Integer.MAX_VALUE);
    container.getProperties().put(ClientProperties.INCOMING_BUFFER_SIZE, largestFrame);
    container
        .getProperties()
        .put(
            ClientProperties.WORKER_THREAD_POOL_CONFIG,
            ThreadPoolConfig.defaultConfig()
                .setPoolName("opamp-client-socket")
                .setDaemon(true)
                .setCorePoolSize(1)
                .setMaxPoolSize(3));
    Target target = settings.target();
    container.getProperties().put(ClientProperties.SSL_ENGINE_CONFIGURATOR, tls(target.security()));
    target
        .proxyUri()
        .ifPresent(
            proxy -> {
              container.getProperties().put(ClientProperties.PROXY_URI, proxy.toString());
              container.getProperties().put(ClientProperties.PROXY_HEADERS, target.proxyHeaders());
            });
    return container;
  }

  private static SslEngineConfigurator tls(Security security) throws GeneralSecurityException {
    SSLContext context = security.context();
    SSLParameters parameters = security.parameters(context);
    SslEngineConfigurator configurator = new SslEngineConfigurator(context);
    configurator.setEnabledProtocols(parameters.getProtocols());
    configurator.setEnabledCipherSuites(parameters.getCipherSuites());
    configurator.setHostVerificationEnabled(security.verifiesHost());
    return configurator;
  }
}
