package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.core.wire.RetryAfter;
import jakarta.websocket.CloseReason;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells the reasons of a loss apart. */
final class Losses {

  private Losses() {}

  /**
   * The server answered, but not with 101 or 200.
   *
   * @param retryAfter the header, or null if there is none
   */
  static Loss ofStatus(int status, @Nullable String retryAfter, Instant now) {
    Optional<Duration> wait = RetryAfter.parse(retryAfter, now);
    return new Loss(kindOf(status), "HTTP status " + status, wait);
  }

  private static LossKind kindOf(int status) {
    return switch (status) {
      case 400 -> LossKind.BAD_REQUEST;
      case 401 -> LossKind.UNAUTHORIZED;
      case 403 -> LossKind.FORBIDDEN;
      case 413 -> LossKind.TOO_LARGE;
      case 429, 503 -> LossKind.THROTTLED;
      default -> {
        if (status >= 500) {
          yield LossKind.SERVER_ERROR;
        }
        if (status >= 400) {
          yield LossKind.REJECTED;
        }
        yield status >= 300 ? LossKind.REDIRECTED : LossKind.MALFORMED;
      }
    };
  }

  /** An attempt or an exchange failed; the kind is that of the first cause that tells. */
  static Loss ofFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      // The JDK's HTTP client hides a failed name lookup behind the exception of a refused
      // connection.
      if (cause instanceof ConnectException && isUnresolved(cause)) {
        return Loss.of(LossKind.UNKNOWN_HOST, describe(cause));
      }
      Optional<LossKind> kind = kindOf(cause);
      if (kind.isPresent()) {
        return Loss.of(kind.get(), describe(cause));
      }
    }
    return Loss.of(LossKind.BROKEN, describe(failure));
  }

  private static Optional<LossKind> kindOf(Throwable cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return Optional.of(LossKind.UNKNOWN_HOST);
    }
    if (cause instanceof SSLException || cause instanceof GeneralSecurityException) {
      return Optional.of(LossKind.TLS);
    }
    if (cause instanceof HttpTimeoutException
        || cause instanceof SocketTimeoutException
        || cause instanceof TimeoutException) {
      return Optional.of(LossKind.TIMEOUT);
    }
    if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      return Optional.of(LossKind.UNREACHABLE);
    }
    return Optional.empty();
  }

  private static boolean isUnresolved(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  /** The server closed the WebSocket, or it broke. */
  static Loss ofClose(CloseReason reason) {
    int code = reason.getCloseCode().getCode();
    LossKind kind =
        switch (code) {
          case 1006 -> LossKind.BROKEN;
          case CloseCode.TOO_BIG -> LossKind.TOO_LARGE;
          case CloseCode.TRY_AGAIN_LATER -> LossKind.THROTTLED;
          default -> LossKind.CLOSED;
        };
    String phrase = reason.getReasonPhrase();
    boolean silent = phrase == null || phrase.isEmpty();
    return Loss.of(kind, "closed with " + code + (silent ? "" : ": " + phrase));
  }

  static String describe(Throwable failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return message == null || message.isBlank() ? name : name + ": " + message;
  }
}
