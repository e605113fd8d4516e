package io.opamp4j.server.transport.ws;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * The least Tyrus wants of a container: it holds the engine and the one endpoint. It opens no port
 * and starts no thread.
 */
final class TyrusContainer extends TyrusServerContainer {
  private final TyrusWebSocketEngine engine;

  TyrusContainer(ServerEndpointConfig endpoint) {
    super(Set.of());
    engine = TyrusWebSocketEngine.builder(this).build();
    setDefaultMaxSessionIdleTimeout(-1);
    try {
      register(endpoint);
    } catch (DeploymentException e) {
      throw new IllegalStateException("Tyrus refuses the endpoint", e);
    }
  }

  @Override
  public void register(Class<?> endpointClass) throws DeploymentException {
    engine.register(endpointClass, "/");
  }

  @Override
  public void register(ServerEndpointConfig endpoint) throws DeploymentException {
    engine.register(endpoint, "/");
  }

  @Override
  public WebSocketEngine getWebSocketEngine() {
    return engine;
  }

  @Override
  public Map<String, Object> getProperties() {
    return Map.of();
  }
}
