package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.core.wire.TextUids;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RetryInfo;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.agents.GatheredBytes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's request over plain HTTP: a connection that can send once (HTTP-02). The body is
 * gathered on the event loop, within the limit; it is unpacked and decoded by a worker, since a few
 * bytes of gzip can be much work. As a {@link Connection} it is thread-safe.
 */
final class AgentExchange implements Exchange, Connection {
  private static final Logger log = LoggerFactory.getLogger(AgentExchange.class);

  private final String id;
  private final Reply reply;
  private final AgentPosts.Parts parts;
  private final HttpSettings settings;
  private final String headerUid;
  private final boolean gzipped;
  private final boolean gzipAnswer;
  private final TextUids textUids = new TextUids();
  private final AtomicBoolean answered = new AtomicBoolean();

  /** The event loop's until it is complete, then the worker's, who drops it in any case. */
  private final GatheredBytes body;

  private boolean complete;

  /**
   * @param headerUid the instance uid of the request's head; empty if it names none
   */
  AgentExchange(
      String id,
      Reply reply,
      AgentPosts.Parts parts,
      String headerUid,
      boolean gzipped,
      boolean gzipAnswer) {
    this.id = id;
    this.reply = reply;
    this.parts = parts;
    this.headerUid = headerUid;
    this.settings = parts.settings();
    this.gzipped = gzipped;
    this.gzipAnswer = gzipAnswer;
    this.body = new GatheredBytes(parts.memory(), settings.maxReceivedMessageSize());
  }

  @Override
  public void start() {
    reply.read();
  }

  @Override
  public void body(ByteBuf piece) {
    if (!body.admits(piece.readableBytes())) {
      body.drop();
      answer(AgentPosts.tooLarge(settings.maxReceivedMessageSize()));
    } else if (!body.add(piece.nioBuffer())) {
      body.drop();
      answer(overloaded());
    } else {
      reply.read();
    }
  }

  @Override
  public void bodyComplete() {
    if (answered.get()) {
      // The last piece was refused.
      return;
    }
    complete = true;
    reply.within(settings.answerTimeout());
    try {
      parts.workers().execute(this::decode);
    } catch (RejectedExecutionException e) {
      log.debug("{} from {}: no worker is free", id, remoteAddress());
      body.drop();
      answer(overloaded());
    }
  }

  @Override
  public void expired() {
    if (complete) {
      log.warn("{} from {} was not answered in time", id, remoteAddress());
      answer(overloaded());
    } else {
      body.drop();
      answer(Responses.text(HttpResponseStatus.REQUEST_TIMEOUT, "the body did not come"));
    }
  }

  @Override
  public void lost() {
    answered.set(true);
    if (!complete) {
      body.drop();
    }
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Transport transport() {
    return Transport.HTTP;
  }

  @Override
  public String remoteAddress() {
    return reply.remoteAddress();
  }

  @Override
  public void send(ServerToAgent message) {
    requireNonNull(message, "message");
    if (answered.get()) {
      log.debug("{} is over; a message was not sent", id);
      return;
    }
    FullHttpResponse response;
    try {
      byte[] bytes =
          Bodies.encode(textUids.toSend(message), gzipAnswer, settings.maxSentMessageSize());
      response = Responses.bytes(HttpResponseStatus.OK, HttpContent.PROTOBUF, bytes);
      if (isUnavailable(message)) {
        unavailable(response, message.getErrorResponse().getRetryInfo());
      }
      if (gzipAnswer) {
        response.headers().set(HttpHeaderNames.CONTENT_ENCODING, "gzip");
      }
    } catch (MessageTooLargeException e) {
      log.error("{}: an answer was not sent: {}", id, e.getMessage());
      response =
          Responses.text(
              HttpResponseStatus.INTERNAL_SERVER_ERROR, "the answer is above the size limit");
    }
    answer(response);
  }

  @Override
  public void ping() {
    // Plain HTTP has none.
  }

  @Override
  public void close(int code, String reason) {
    if (answered.compareAndSet(false, true)) {
      onLoop(reply::abort);
    }
  }

  private void decode() {
    try {
      AgentToServer message = message();
      compareUids(message);
      parts.inbox().received(this, settings.legacyUlid() ? textUids.received(message) : message);
    } catch (MessageTooLargeException e) {
      answer(AgentPosts.tooLarge(e.limit()));
    } catch (MalformedMessageException e) {
      log.debug("{} from {}: {}", id, remoteAddress(), e.getMessage());
      answer(badRequest(requireNonNullElse(e.getMessage(), "malformed message")));
    } catch (IOException | RuntimeException e) {
      log.error("{} from {} failed", id, remoteAddress(), e);
      answer(Responses.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error"));
    }
  }

  /** The body wins; somebody who routes by the header may want to know (E-53). */
  private void compareUids(AgentToServer message) {
    if (headerUid.isEmpty() || !log.isDebugEnabled()) {
      return;
    }
    String uid =
        InstanceUid.from(message.getInstanceUid()).map(InstanceUid::toString).orElse("none");
    if (!uid.equalsIgnoreCase(headerUid)) {
      log.debug("{} from {}: the header names another agent than {}", id, remoteAddress(), uid);
    }
  }

  private AgentToServer message() throws IOException, MalformedMessageException {
    try {
      return Bodies.agentToServer(body.read(), gzipped, settings.maxReceivedMessageSize());
    } finally {
      body.drop();
    }
  }

  private static boolean isUnavailable(ServerToAgent message) {
    return message.hasErrorResponse()
        && message.getErrorResponse().getType()
            == ServerErrorResponseType.ServerErrorResponseType_Unavailable;
  }

  /** A status for whoever looks no further, beside the answer in the protocol's terms (E-57). */
  private static void unavailable(FullHttpResponse response, RetryInfo retry) {
    response.setStatus(HttpResponseStatus.SERVICE_UNAVAILABLE);
    Responses.retryAfter(response, Duration.ofNanos(retry.getRetryAfterNanoseconds()));
  }

  /** Both readings of the protocol are served: a status, and an answer in its own terms (E-08). */
  private static FullHttpResponse badRequest(String why) {
    return Responses.bytes(
        HttpResponseStatus.BAD_REQUEST,
        HttpContent.PROTOBUF,
        ErrorResponses.badRequest(ByteString.EMPTY, why).toByteArray());
  }

  private FullHttpResponse overloaded() {
    return Responses.refused(parts.gate().overloaded());
  }

  private void answer(FullHttpResponse response) {
    if (answered.compareAndSet(false, true)) {
      onLoop(() -> reply.send(response));
    } else {
      log.debug("{} was answered before", id);
    }
  }

  private void onLoop(Runnable task) {
    try {
      reply.loop().execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("{}: the listener has stopped", id);
    }
  }
}
