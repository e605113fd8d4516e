package io.opamp4j.core.server;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.RetryInfo;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;

/** Answers that say processing failed. They stand alone: no other field is set (ERR-01, E-18). */
public final class ErrorResponses {
  private ErrorResponses() {}

  /**
   * The message was malformed or invalid (ERR-02 to ERR-04).
   *
   * @param uid the addressee; empty when no valid uid is known (E-07)
   */
  public static ServerToAgent badRequest(ByteString uid, String message) {
    return error(uid, ServerErrorResponseType.ServerErrorResponseType_BadRequest, message).build();
  }

  /** The server failed for a reason of its own; the agent does not resend (ERR-06). */
  public static ServerToAgent unknown(ByteString uid, String message) {
    return error(uid, ServerErrorResponseType.ServerErrorResponseType_Unknown, message).build();
  }

  /**
   * The server is overloaded: disconnect, wait, come back (THROTTLE-01, THROTTLE-02).
   *
   * @param retryAfter how long to wait; must not be negative
   */
  public static ServerToAgent unavailable(ByteString uid, String message, Duration retryAfter) {
    ServerToAgent.Builder answer =
        error(uid, ServerErrorResponseType.ServerErrorResponseType_Unavailable, message);
    answer
        .getErrorResponseBuilder()
        .setRetryInfo(RetryInfo.newBuilder().setRetryAfterNanoseconds(retryAfter.toNanos()));
    return answer.build();
  }

  private static ServerToAgent.Builder error(
      ByteString uid, ServerErrorResponseType type, String message) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(uid)
        .setErrorResponse(ServerErrorResponse.newBuilder().setType(type).setErrorMessage(message));
  }
}
