package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import jakarta.ws.rs.core.Application;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.spi.Container;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;

/**
 * Hands requests below {@code /api} to Jersey, on workers and never on an event loop. The base URI
 * is the root of the server: a resource names its whole path, such as
 * {@code @Path("/api/v1/agents")}. Thread-safe.
 */
public final class RestBridge implements AutoCloseable {
  private final CompletableFuture<ApplicationHandler> jersey;
  private final Executor workers;
  private final HttpSettings settings;

  /**
   * @param application what to serve
   * @param workers bounded; works on the requests
   */
  public RestBridge(Application application, Executor workers, HttpSettings settings) {
    // Jersey takes as long to build as all the rest of the server; agents need not wait for it.
    this.jersey = CompletableFuture.supplyAsync(() -> started(application), workers);
    this.workers = workers;
    this.settings = settings;
  }

  /**
   * Waits until requests can be served; those that come earlier wait on their workers.
   *
   * @throws java.util.concurrent.CompletionException if Jersey refuses the application
   */
  public void awaitReady() {
    jersey.join();
  }

  private static ApplicationHandler started(Application application) {
    ApplicationHandler handler = new ApplicationHandler(application);
    handler.onStartup(new JerseyContainer(handler));
    return handler;
  }

  /** Tells Jersey that the listener has stopped. */
  @Override
  public void close() {
    if (jersey.isDone() && !jersey.isCompletedExceptionally()) {
      jersey.join().onShutdown(new JerseyContainer(jersey.join()));
    }
  }

  Exchange open(HttpRequest request, Reply reply) {
    URI base;
    URI target;
    try {
      String host = requireNonNull(request.headers().get(HttpHeaderNames.HOST, "localhost"));
      base = new URI("http://" + host + "/");
      target = base.resolve(new URI(Router.pathAndQuery(request.uri())));
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Responses.only(
          reply,
          Responses.problem(
              HttpResponseStatus.BAD_REQUEST,
              "the request target or the Host header is not valid"));
    }
    return new RestExchange(
        (body, response) -> handle(request, base, target, body, response),
        request,
        reply,
        workers,
        settings);
  }

  /** On a worker, which may have to wait for Jersey. */
  private void handle(
      HttpRequest request,
      URI base,
      URI target,
      InputStream body,
      ContainerResponseWriter response) {
    ApplicationHandler handler = jersey.join();
    ContainerRequest call =
        new ContainerRequest(
            base,
            target,
            request.method().name(),
            new Anonymous(),
            new MapPropertiesDelegate(),
            handler.getConfiguration());
    request.headers().forEach(header -> call.header(header.getKey(), header.getValue()));
    call.setEntityStream(body);
    call.setWriter(response);
    handler.handle(call);
  }

  /** Works on one request and blocks meanwhile. */
  @FunctionalInterface
  interface Work {
    void handle(InputStream body, ContainerResponseWriter response);
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
