package io.opamp4j.ctl.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's REST API. Every method but {@link #create} is one attempt: a change whose answer was
 * lost may have been made, and only the user can say whether to make it again. All methods throw
 * {@link CtlException} for whatever is no success, and block.
 */
public final class Api {
  private static final String ROOT = "/api/v1";
  private static final int LARGEST_PAGE = 1_000;

  private final HttpClient http;
  private final String base;
  private final Optional<String> token;
  private final Duration timeout;

  /**
   * @param server where it is, such as {@code http://127.0.0.1:4320}
   * @param token sent as a bearer token, if there is one
   * @param timeout for the whole of one request and its answer
   */
  public Api(URI server, Optional<String> token, Duration timeout) {
    this.base = server.toString().replaceFirst("/+$", "");
    this.token = token;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            // The JDK would offer an upgrade to HTTP/2, which the server does not speak.
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** A path below the root of the API, of segments that may have any characters. */
  public static String path(String... segments) {
    return Arrays.stream(segments).map(Query::encode).collect(Collectors.joining("/", "/", ""));
  }

  /** Reads. */
  public Answer get(String path, Query query) {
    return call("GET", path + query, null, Map.of(), Sending.READ);
  }

  /** Reads what may be missing. */
  public Optional<Answer> find(String path) {
    try {
      return Optional.of(get(path, new Query()));
    } catch (CtlException e) {
      if (e.exitCode() == ExitCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Changes something.
   *
   * @param body null for none
   */
  public Answer send(
      String method, String path, @Nullable JsonNode body, Map<String, String> headers) {
    return call(method, path, body, headers, Sending.CHANGE);
  }

  /**
   * Makes something new, once: a request that was cut off is sent again, under the same key, by
   * which the server knows it again.
   *
   * @param key of this request and no other
   */
  public Answer create(String path, JsonNode body, String key) {
    return call("POST", path, body, Map.of("Idempotency-Key", key), Sending.CREATE);
  }

  /**
   * All items of a listing, page by page.
   *
   * @param most how many are wanted at most
   */
  public ArrayNode list(String path, Query query, int most) {
    ArrayNode items = Json.array();
    Set<String> seen = new HashSet<>();
    String cursor = null;
    do {
      Query page =
          query
              .copy()
              .with("limit", Math.min(LARGEST_PAGE, most - items.size()))
              .with("cursor", cursor);
      JsonNode body = get(path, page).body();
      Json.elements(body, "/items").forEach(items::add);
      cursor = Json.text(body, "/nextCursor");
      if (!cursor.isEmpty() && !seen.add(cursor)) {
        throw Refusals.strange("its pages go round in circles");
      }
    } while (!cursor.isEmpty() && items.size() < most);
    return items;
  }

  /**
   * Opens a stream of events; the time limit holds until its head is there.
   *
   * @param lastEventId of the last event that was seen before, if any
   * @return empty if the server says that there will be no more events
   */
  public Optional<EventStream> stream(String path, Query query, Optional<String> lastEventId) {
    HttpRequest.Builder request = request(path + query).header("Accept", "text/event-stream");
    lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
    HttpResponse<InputStream> response =
        exchange(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream(), Sending.READ);
    if (response.statusCode() == 204) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw refusal(response, text(response.body()));
    }
    return Optional.of(new EventStream(response.body()));
  }

  /** What a request is, and so what is to be said and done when its answer is lost. */
  private enum Sending {
    READ,
    CHANGE,
    /** A change that may be sent again. */
    CREATE,
    /** A change that was sent before. */
    REPETITION
  }

  private Answer call(
      String method,
      String path,
      @Nullable JsonNode body,
      Map<String, String> headers,
      Sending sending) {
    HttpRequest.Builder request = request(path).header("Accept", "application/json");
    headers.forEach(request::header);
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(Json.compact(body)));
    }
    HttpResponse<String> response =
        exchange(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8), sending);
    if (response.statusCode() >= 300) {
      throw refusal(response, response.body());
    }
    Optional<String> etag = response.headers().firstValue("ETag");
    if (response.body().isEmpty()) {
      return new Answer(response.statusCode(), Json.missing(), etag);
    }
    JsonNode json =
        Json.parse(response.body())
            .filter(JsonNode::isObject)
            .orElseThrow(() -> Refusals.strange(base + path + " is not a JSON object"));
    return new Answer(response.statusCode(), json, etag);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + ROOT + path))
            .timeout(timeout)
            .header("User-Agent", "opampctl");
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request;
  }

  private <T> HttpResponse<T> exchange(
      HttpRequest request, HttpResponse.BodyHandler<T> handler, Sending sending) {
    String doubt = sending == Sending.READ ? "" : "; whether the change was made is not known";
    try {
      return http.send(request, handler);
    } catch (ConnectException | HttpConnectTimeoutException e) {
      boolean unknown =
          e.getCause() instanceof UnresolvedAddressException
              || (e.getCause() != null
                  && e.getCause().getCause() instanceof UnresolvedAddressException);
      throw unreachable(
          (unknown ? "the host name is not known" : "the connection was not accepted")
              + (sending == Sending.REPETITION ? doubt : ""),
          e);
    } catch (HttpTimeoutException e) {
      throw unreachable("no answer within " + timeout.toMillis() / 1000.0 + " s" + doubt, e);
    } catch (SSLException e) {
      throw unreachable("TLS: " + e.getMessage(), e);
    } catch (IOException e) {
      if (sending == Sending.CREATE) {
        return exchange(request, handler, Sending.REPETITION);
      }
      throw unreachable("the connection broke: " + e.getMessage() + doubt, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CtlException(ExitCode.FAILED, "interrupted" + doubt, e);
    }
  }

  private CtlException unreachable(String why, Exception cause) {
    return new CtlException(ExitCode.UNREACHABLE, "cannot reach " + base + ": " + why, cause)
        .passing();
  }

  private static CtlException refusal(HttpResponse<?> response, String body) {
    return Refusals.of(response.statusCode(), body, response.headers().firstValue("Retry-After"));
  }

  private String text(InputStream body) {
    try (body) {
      return new String(body.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw unreachable("the connection broke", e);
    }
  }
}
