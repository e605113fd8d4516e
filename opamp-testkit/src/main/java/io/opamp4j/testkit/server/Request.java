package io.opamp4j.testkit.server;

import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An HTTP request as it came: the handshake of a WebSocket, a message over plain HTTP, or a
 * download.
 *
 * @param method such as GET
 * @param path with the query, if there is one
 * @param headers by their names in lower case
 * @param certifiedName the subject of the client's certificate, such as {@code CN=agent}; empty if
 *     it presented none
 */
public record Request(
    String method, String path, Map<String, List<String>> headers, Optional<String> certifiedName) {

  /** Keeps copies. */
  public Request {
    headers = Map.copyOf(headers);
  }

  static Request of(HttpRequest request, Optional<String> certifiedName) {
    Map<String, List<String>> headers = new TreeMap<>();
    request
        .headers()
        .forEach(
            header ->
                headers
                    .computeIfAbsent(
                        header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.getValue()));
    return new Request(request.method().name(), request.uri(), headers, certifiedName);
  }

  /** The first value of a header, whose name may be written in any case. */
  public Optional<String> header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
  }

  /** Whether it asks for a WebSocket. */
  public boolean opensWebSocket() {
    return header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
  }
}
