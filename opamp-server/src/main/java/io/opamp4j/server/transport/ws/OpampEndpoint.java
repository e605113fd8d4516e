package io.opamp4j.server.transport.ws;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.MemoryBudget;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OpAMP over WebSocket, as a plain Jakarta WebSocket endpoint. One instance serves all sessions and
 * holds nothing of any; each call comes on the thread of its connection. Public only because Tyrus
 * calls it by reflection.
 */
public final class OpampEndpoint extends Endpoint {
  private static final Logger log = LoggerFactory.getLogger(OpampEndpoint.class);
  private static final String SOCKET = "io.opamp4j.socket";

  /** Configurations that are kept as they go over the wire, in bytes. */
  private static final long MOST_SHARED = 16L * 1024 * 1024;

  private final AgentInbox inbox;
  private final MemoryBudget memory;
  private final WebSocketSettings settings;
  private final SharedOffers offers = new SharedOffers(MOST_SHARED);

  OpampEndpoint(AgentInbox inbox, MemoryBudget memory, WebSocketSettings settings) {
    this.inbox = requireNonNull(inbox, "inbox");
    this.memory = requireNonNull(memory, "memory");
    this.settings = requireNonNull(settings, "settings");
  }

  @Override
  public void onOpen(Session session, EndpointConfig config) {
    Wire wire = (Wire) requireNonNull(config.getUserProperties().get(Wire.PROPERTY), "wire");
    Codec codec = Codec.of(settings.dialect());
    WebSocketConnection connection =
        new WebSocketConnection(wire, session, codec, offers, settings.maxSentMessageSize());
    AgentSocket socket =
        new AgentSocket(connection, inbox, memory, codec, settings.maxReceivedMessageSize());
    session.getUserProperties().put(SOCKET, socket);
    session.setMaxBinaryMessageBufferSize(settings.maxReceivedMessageSize());
    session.setMaxTextMessageBufferSize(settings.maxReceivedMessageSize());
    session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) socket::bytes);
    session.addMessageHandler(String.class, (MessageHandler.Partial<String>) socket::text);
    session.addMessageHandler(
        PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> inbox.pong(connection));
    wire.attach(connection);
    inbox.opened(connection);
    log.debug("{} opened from {}", connection.id(), connection.remoteAddress());
  }

  @Override
  public void onClose(Session session, CloseReason reason) {
    if (session.getUserProperties().remove(SOCKET) instanceof AgentSocket socket) {
      socket.ended();
      String words = socket.connection().ended(reason);
      log.debug("{} {}", socket.connection().id(), words);
      inbox.closed(socket.connection(), words);
    }
  }

  @Override
  public void onError(Session session, Throwable failure) {
    if (session.getUserProperties().get(SOCKET) instanceof AgentSocket socket) {
      log.warn("{} failed", socket.connection().id(), failure);
      socket.connection().close(CloseCode.INTERNAL_ERROR, "internal error");
    } else {
      log.warn("a WebSocket session failed while it opened or closed", failure);
    }
  }
}
