package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One request to Jersey. The body streams in and the answer streams out, both no faster than the
 * slower side. There is no deadline on the work itself: an event stream may take for ever.
 */
final class RestExchange implements Exchange {
  /** When an operator may try again if no worker is free. */
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final RestBridge.Work work;
  private final Reply reply;
  private final Executor workers;
  private final boolean bodyless;
  private final RequestBodyStream requestBody;
  private final RestResponse response;

  RestExchange(
      RestBridge.Work work,
      HttpRequest request,
      Reply reply,
      Executor workers,
      HttpSettings settings) {
    this.work = work;
    this.reply = reply;
    this.workers = workers;
    this.bodyless =
        !HttpUtil.isTransferEncodingChunked(request) && HttpUtil.getContentLength(request, 0L) == 0;
    this.requestBody = new RequestBodyStream(() -> reply.loop().execute(reply::read));
    this.response =
        new RestResponse(
            reply, request.method().name().equals("HEAD"), workers, settings.bodyTimeout());
  }

  @Override
  public void start() {
    if (bodyless) {
      requestBody.complete();
    }
    try {
      workers.execute(this::work);
    } catch (RejectedExecutionException e) {
      reply.send(
          Responses.retryAfter(Responses.problem(HttpResponseStatus.SERVICE_UNAVAILABLE), BUSY));
      return;
    }
    if (bodyless) {
      // Only the empty end is still to come; behind it the end of the peer is noticed.
      reply.read();
    }
  }

  @Override
  public void body(ByteBuf piece) {
    if (requestBody.add(ByteBufUtil.getBytes(piece))) {
      reply.read();
    }
  }

  @Override
  public void bodyComplete() {
    requestBody.complete();
  }

  @Override
  public void expired() {
    requestBody.fail(new IOException("the peer stopped sending the request body"));
    reply.send(Responses.problem(HttpResponseStatus.REQUEST_TIMEOUT));
  }

  @Override
  public void lost() {
    IOException gone = new IOException("the peer has gone");
    requestBody.fail(gone);
    response.lost(gone);
  }

  private void work() {
    try {
      work.handle(requestBody, response);
    } catch (RuntimeException e) {
      response.failure(e);
    }
  }
}
