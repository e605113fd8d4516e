package io.opamp4j.server.transport.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;

/** A handshake that is in order; once its empty body has come, the connection is a WebSocket. */
final class UpgradeExchange implements Exchange {
  private final HttpConnection connection;
  private final ChannelHandlerContext ctx;
  private final HttpRequest request;
  private final Reply reply;

  UpgradeExchange(
      HttpConnection connection, ChannelHandlerContext ctx, HttpRequest request, Reply reply) {
    this.connection = connection;
    this.ctx = ctx;
    this.request = request;
    this.reply = reply;
  }

  @Override
  public void start() {
    reply.read();
  }

  @Override
  public void bodyComplete() {
    connection.becomeWebSocket(ctx, request);
  }

  @Override
  public void expired() {
    reply.abort();
  }
}
