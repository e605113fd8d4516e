package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import jakarta.ws.rs.core.Application;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.Executor;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.spi.Container;

/**
 * Hands requests below {@code /api} to Jersey, on workers and never on an event loop. The base URI
 * is the root of the server: a resource names its whole path, such as
 * {@code @Path("/api/v1/agents")}. Thread-safe.
 */
public final class RestBridge implements AutoCloseable {
  private final ApplicationHandler jersey;
  private final Executor workers;
  private final HttpSettings settings;

  /**
   * @param application what to serve
   * @param workers bounded; works on the requests
   */
  public RestBridge(Application application, Executor workers, HttpSettings settings) {
    this.jersey = new ApplicationHandler(application);
    this.workers = workers;
    this.settings = settings;
    jersey.onStartup(new JerseyContainer(jersey));
  }

  /** Tells Jersey that the listener has stopped. */
  @Override
  public void close() {
    jersey.onShutdown(new JerseyContainer(jersey));
  }

  Exchange open(HttpRequest request, Reply reply) {
    ContainerRequest call;
    try {
      String host = requireNonNull(request.headers().get(HttpHeaderNames.HOST, "localhost"));
      URI base = new URI("http://" + host + "/");
      URI target = base.resolve(new URI(Router.pathAndQuery(request.uri())));
      call =
          new ContainerRequest(
              base,
              target,
              request.method().name(),
              new Anonymous(),
              new MapPropertiesDelegate(),
              jersey.getConfiguration());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Responses.only(
          reply,
          Responses.problem(
              HttpResponseStatus.BAD_REQUEST,
              "the request target or the Host header is not valid"));
    }
    request.headers().forEach(header -> call.header(header.getKey(), header.getValue()));
    return new RestExchange(call, request, reply, jersey::handle, workers, settings);
  }

  /** Jersey wants to know its container; this one cannot be reloaded. */
  private record JerseyContainer(ApplicationHandler handler) implements Container {
    @Override
    public ResourceConfig getConfiguration() {
      return handler.getConfiguration();
    }

    @Override
    public ApplicationHandler getApplicationHandler() {
      return handler;
    }

    @Override
    public void reload() {
      throw new UnsupportedOperationException("the listener cannot be reloaded");
    }

    @Override
    public void reload(ResourceConfig configuration) {
      reload();
    }
  }
}
