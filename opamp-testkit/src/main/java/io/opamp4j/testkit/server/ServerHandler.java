package io.opamp4j.testkit.server;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.ssl.SslHandler;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of an agent. Belongs to the event loop. What is scripted is looked up before
 * the test can see that something came, so that it can go on scripting once it has seen it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class ServerHandler extends SimpleChannelInboundHandler<Object> {
  static final String NAME = "script";
  private static final int ABNORMAL = 1006;
  private static final int NO_STATUS = 1005;

  private final Agents agents;
  private final Script script;
  private final Journal journal;
  private @Nullable WebSocketServerHandshaker handshaker;
  private Exchange.@Nullable Socket socket;
  private boolean mute;

  ServerHandler(Agents agents) {
    this.agents = agents;
    this.script = agents.script();
    this.journal = agents.journal();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Object read) {
    if (read instanceof FullHttpRequest request) {
      arrived(ctx.channel(), request);
    } else if (read instanceof WebSocketFrame frame && socket != null) {
      framed(socket, frame);
    }
  }

  private void arrived(Channel channel, FullHttpRequest request) {
    Request head = Request.of(request, certifiedName(channel));
    Optional<byte[]> file = script.downloads.find(head.path());
    if (file.isPresent()) {
      DownloadScript.Way way = script.downloads.script.poll();
      journal.downloads.add(head);
      Downloads.serve(channel, head, file.get(), way);
      return;
    }
    boolean admitted = script.admission.test(head);
    Optional<ConnectionScript.Fault> fault = script.connections.poll();
    journal.requests.add(head);
    byte[] body = ByteBufUtil.getBytes(request.content());
    // What is held back outlives the buffer of the original.
    FullHttpRequest kept = request.replace(Unpooled.EMPTY_BUFFER);
    Runnable ordinary =
        () -> {
          if (admitted) {
            admitted(channel, head, kept, body);
          } else {
            Responses.refuse(channel, 401, Map.of());
          }
        };
    fault.ifPresentOrElse(scripted -> scripted.apply(new Arrived(channel), ordinary), ordinary);
  }

  private void admitted(Channel channel, Request head, FullHttpRequest request, byte[] body) {
    if (head.opensWebSocket()) {
      open(channel, request);
    } else if (request.method().equals(HttpMethod.POST)) {
      posted(channel, head, body);
    } else {
      problem("neither a POST nor a WebSocket's handshake: " + head.method());
      Responses.refuse(channel, 405, Map.of("Allow", "GET, POST"));
    }
  }

  private void open(Channel channel, FullHttpRequest request) {
    handshaker =
        new WebSocketServerHandshakerFactory(request.uri(), null, false, Messages.DEFAULT_LIMIT)
            .newHandshaker(request);
    if (handshaker == null) {
      problem("an unknown version of WebSocket");
      WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(channel);
      return;
    }
    try {
      handshaker.handshake(channel, request);
    } catch (WebSocketHandshakeException e) {
      problem("a bad handshake: " + e.getMessage());
      Responses.refuse(channel, 400, Map.of());
      return;
    }
    WebSocketFrameAggregator fragments = new WebSocketFrameAggregator(Messages.DEFAULT_LIMIT);
    channel.pipeline().addBefore(NAME, "fragments", fragments);
    socket = new Exchange.Socket(channel, agents);
    journal.begun();
    if (!mute) {
      agents.opened(socket);
    }
  }

  private void posted(Channel channel, Request head, byte[] body) {
    if (!HttpContent.isProtobuf(head.header("content-type").orElse(null))) {
      problem("a POST with the content type " + head.header("content-type").orElse("missing"));
      Responses.refuse(channel, 415, Map.of());
      return;
    }
    boolean gzip =
        HttpContent.encoding(head.header("content-encoding").orElse(null))
            .filter(HttpContent.Encoding.GZIP::equals)
            .isPresent();
    try {
      AgentToServer message =
          Bodies.agentToServer(new ByteArrayInputStream(body), gzip, Messages.DEFAULT_LIMIT);
      received(new Exchange.Http(channel, agents), message);
    } catch (MalformedMessageException | IOException e) {
      problem("a malformed body: " + e.getMessage());
      Responses.refuse(channel, 400, Map.of());
    }
  }

  private void framed(Exchange.Socket from, WebSocketFrame frame) {
    if (frame instanceof BinaryWebSocketFrame) {
      try {
        received(from, Frames.agentToServer(frame.content().nioBuffer(), Messages.DEFAULT_LIMIT));
      } catch (MalformedMessageException e) {
        problem("a malformed message: " + e.getMessage());
        from.send(Offers.badRequest(String.valueOf(e.getMessage())));
      }
    } else if (frame instanceof CloseWebSocketFrame close) {
      closed(from.channel, close);
    } else if (frame instanceof PingWebSocketFrame) {
      if (!mute) {
        from.channel.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
      }
    } else if (!(frame instanceof PongWebSocketFrame)) {
      problem("a " + frame.getClass().getSimpleName() + "; only binary messages carry OpAMP");
    }
  }

  private void closed(Channel channel, CloseWebSocketFrame close) {
    end(close.statusCode() < 0 ? NO_STATUS : close.statusCode());
    if (!mute && handshaker != null) {
      handshaker.close(channel, close.retain());
    }
  }

  private void received(Exchange exchange, AgentToServer message) {
    agents.heard(message);
    if (mute) {
      journal.messages.add(message);
      return;
    }
    Optional<MessageScript.Fault> fault = script.messages.poll();
    if (fault.isPresent()) {
      journal.messages.add(message);
      fault.get().apply(message, exchange, () -> exchange.send(script.ordinary(message)));
      return;
    }
    Optional<ServerToAgent> answer = Optional.empty();
    try {
      answer = Optional.of(script.ordinary(message));
    } finally {
      // Seen by the test before the agent has the answer, also if its own function throws.
      journal.messages.add(message);
    }
    exchange.send(answer.get());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(ABNORMAL);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A connection that breaks and a TLS handshake that fails are no offence.
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
      problem(cause.toString());
    }
    ctx.close();
  }

  private void end(int code) {
    if (socket != null) {
      agents.closed(socket);
      socket = null;
      journal.ended();
      journal.closes.add(code);
    }
  }

  private void problem(String what) {
    journal.problems.add(what);
  }

  private static Optional<String> certifiedName(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(tls.engine().getSession().getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private final class Arrived implements ConnectionScript.Arrival {
    private final Channel channel;

    Arrived(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void refuse(int status, Map<String, String> headers) {
      Responses.refuse(channel, status, headers);
    }

    @Override
    public void cut() {
      channel.close();
    }

    @Override
    public void mute() {
      mute = true;
    }

    @Override
    public void later(Runnable action) {
      channel.eventLoop().execute(action);
    }
  }
}
