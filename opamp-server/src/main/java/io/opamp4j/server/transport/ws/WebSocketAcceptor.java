package io.opamp4j.server.transport.ws;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.MemoryBudget;
import io.opamp4j.server.transport.http.Addresses;
import io.opamp4j.server.transport.http.WebSocketUpgrade;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeStatus;

/**
 * Turns an HTTP connection into an agent's WebSocket. Tyrus is asked for the answer with no more
 * than the headers it needs, because its session keeps them for as long as it lives.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells the pipeline of failed writes; a close cannot fail.
public final class WebSocketAcceptor implements WebSocketUpgrade {
  /** Tyrus wants a path to match; which path agents use is the router's business. */
  private static final URI ENDPOINT = URI.create("/opamp");

  /** Compressed messages on their way in at one time; each holds up to 40 KB outside the heap. */
  private static final int MAX_INFLATING = 1024;

  private final AtomicLong ids = new AtomicLong();
  private final Zips zips = new Zips(MAX_INFLATING);
  private final FrameDeflater deflater = new FrameDeflater(zips);
  private final WebSocketSettings settings;
  private final TyrusContainer container;

  public WebSocketAcceptor(AgentInbox inbox, MemoryBudget memory, WebSocketSettings settings) {
    this.settings = settings;
    this.container =
        new TyrusContainer(
            ServerEndpointConfig.Builder.create(OpampEndpoint.class, ENDPOINT.getPath())
                .configurator(new EndpointConfigurator(new OpampEndpoint(inbox, memory, settings)))
                .build());
  }

  @Override
  public Optional<Refusal> refusalOf(HttpRequest request) {
    return HandshakeCheck.check(request);
  }

  @Override
  public void accept(ChannelHandlerContext ctx, HttpRequest request) {
    Channel channel = ctx.channel();
    TyrusBridge bridge =
        new TyrusBridge(
            "ws-" + ids.incrementAndGet(), Addresses.remote(channel), channel, settings);
    UpgradeAnswer answer = new UpgradeAnswer();
    UpgradeInfo upgrade =
        container.getWebSocketEngine().upgrade(handshake(request, bridge), answer);
    if (upgrade.getStatus() != UpgradeStatus.SUCCESS) {
      throw new IllegalStateException("Tyrus refused a checked handshake: " + answer.getStatus());
    }
    bridge.upgraded(upgrade);
    Optional<String> compression = compression(request);
    compression.ifPresent(accepted -> bridge.compressWith(deflater));

    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    answer.getHeaders().forEach((name, values) -> response.headers().add(name, values));
    compression.ifPresent(
        accepted -> response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, accepted));
    ctx.writeAndFlush(response, channel.voidPromise());
    int limit = settings.maxReceivedMessageSize();
    ctx.pipeline().addLast(new FrameGuard(limit, compression.isPresent()));
    compression.ifPresent(accepted -> ctx.pipeline().addLast(new FrameInflater(limit, zips)));
    ctx.pipeline().addLast(bridge);
  }

  /** Tyrus never learns of it: its own extension would cost 100 KB per connection. */
  private Optional<String> compression(HttpRequest request) {
    return settings.dialect().compression()
        ? DeflateOffer.answerTo(request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS))
        : Optional.empty();
  }

  private static RequestContext handshake(HttpRequest request, TyrusBridge bridge) {
    RequestContext handshake =
        RequestContext.Builder.create().requestURI(ENDPOINT).httpSession(bridge).build();
    Map<String, List<String>> headers = handshake.getHeaders();
    headers.put("Host", List.of("-"));
    headers.put("Upgrade", List.of("websocket"));
    headers.put("Connection", List.of("Upgrade"));
    headers.put("Sec-WebSocket-Version", List.of("13"));
    headers.put(
        "Sec-WebSocket-Key", List.of(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
    return handshake;
  }

  /** Gives every session the same endpoint, and its wire along with the session's properties. */
  private static final class EndpointConfigurator extends ServerEndpointConfig.Configurator {
    private final OpampEndpoint endpoint;

    EndpointConfigurator(OpampEndpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> endpointClass) {
      return endpointClass.cast(endpoint);
    }

    @Override
    public void modifyHandshake(
        ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
      config.getUserProperties().put(Wire.PROPERTY, request.getHttpSession());
    }
  }
}
