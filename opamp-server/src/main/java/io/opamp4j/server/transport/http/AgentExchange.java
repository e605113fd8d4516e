package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.core.wire.TextUids;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.Connection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Executor;
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
  private final AgentInbox inbox;
  private final Executor workers;
  private final HttpSettings settings;
  private final boolean gzipped;
  private final boolean gzipAnswer;
  private final TextUids textUids = new TextUids();
  private final AtomicBoolean answered = new AtomicBoolean();

  // Event loop only, until a worker takes over.
  private byte[] body = new byte[0];
  private int size;
  private boolean complete;

  AgentExchange(
      String id,
      Reply reply,
      AgentInbox inbox,
      Executor workers,
      HttpSettings settings,
      boolean gzipped,
      boolean gzipAnswer) {
    this.id = id;
    this.reply = reply;
    this.inbox = inbox;
    this.workers = workers;
    this.settings = settings;
    this.gzipped = gzipped;
    this.gzipAnswer = gzipAnswer;
  }

  @Override
  public void start() {
    reply.read();
  }

  @Override
  public void body(ByteBuf piece) {
    int length = piece.readableBytes();
    if (length > settings.maxReceivedMessageSize() - size) {
      answer(AgentPosts.tooLarge(settings.maxReceivedMessageSize()));
      return;
    }
    if (size + length > body.length) {
      // No trust in an announced length: memory grows with what has really come.
      long grown = Math.min(2L * body.length, settings.maxReceivedMessageSize());
      body = Arrays.copyOf(body, (int) Math.max(grown, size + length));
    }
    piece.getBytes(piece.readerIndex(), body, size, length);
    size += length;
    reply.read();
  }

  @Override
  public void bodyComplete() {
    complete = true;
    reply.within(settings.answerTimeout());
    try {
      workers.execute(this::decode);
    } catch (RejectedExecutionException e) {
      log.debug("{} from {}: no worker is free", id, remoteAddress());
      answer(overloaded());
    }
  }

  @Override
  public void expired() {
    if (complete) {
      log.warn("{} from {} was not answered in time", id, remoteAddress());
      answer(overloaded());
    } else {
      answer(Responses.text(HttpResponseStatus.REQUEST_TIMEOUT, "the body did not come"));
    }
  }

  @Override
  public void lost() {
    answered.set(true);
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
      AgentToServer message =
          Bodies.agentToServer(
              new ByteArrayInputStream(body, 0, size), gzipped, settings.maxReceivedMessageSize());
      body = new byte[0];
      inbox.received(this, settings.legacyUlid() ? textUids.received(message) : message);
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

  /** Both readings of the protocol are served: a status, and an answer in its own terms (E-08). */
  private static FullHttpResponse badRequest(String why) {
    return Responses.bytes(
        HttpResponseStatus.BAD_REQUEST,
        HttpContent.PROTOBUF,
        ErrorResponses.badRequest(ByteString.EMPTY, why).toByteArray());
  }

  private static FullHttpResponse overloaded() {
    return Responses.overloaded(
        Responses.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "the server is overloaded"));
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
