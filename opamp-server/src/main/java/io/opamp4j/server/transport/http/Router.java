package io.opamp4j.server.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.opamp4j.server.agents.AdmissionGate;

/** Decides from the head of a request alone who works on it. Thread-safe. */
public final class Router {
  private final String agentsPath;
  private final AgentPosts agents;
  private final RestBridge rest;
  private final EventStreams events;
  private final StaticFiles files;

  public Router(
      String agentsPath,
      AgentPosts agents,
      RestBridge rest,
      EventStreams events,
      StaticFiles files) {
    this.agentsPath = agentsPath;
    this.agents = agents;
    this.rest = rest;
    this.events = events;
    this.files = files;
  }

  /** Whether this request wants to become an agent's WebSocket. Any other upgrade is ignored. */
  boolean isWebSocket(HttpRequest request) {
    return request.method().name().equals("GET")
        && request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
        && path(request.uri()).equals(agentsPath);
  }

  Exchange open(HttpRequest request, Reply reply, AdmissionGate.Seat seat) {
    String path = path(request.uri());
    if (path.equals(agentsPath)) {
      return agents.open(request, reply, seat);
    }
    if (path.equals(EventStreams.PATH)) {
      return events.open(request, reply);
    }
    if (path.equals("/api") || path.startsWith("/api/")) {
      return rest.open(request, reply);
    }
    return files.open(path, request, reply);
  }

  /** The raw path of a request target, which may be a whole URI; no escapes are undone. */
  static String path(String target) {
    return pathAndQuery(target).split("[?#]", 2)[0];
  }

  /** As {@link #path}, with the query if there is one. */
  static String pathAndQuery(String target) {
    int scheme = target.indexOf("://");
    if (target.startsWith("/") || scheme < 0) {
      return target;
    }
    int slash = target.indexOf('/', scheme + 3);
    return slash < 0 ? "/" : target.substring(slash);
  }
}
