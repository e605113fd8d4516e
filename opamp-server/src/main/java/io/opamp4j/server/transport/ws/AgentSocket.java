package io.opamp4j.server.transport.ws;

import static java.util.Objects.requireNonNullElse;

import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.GatheredBytes;
import io.opamp4j.server.agents.MemoryBudget;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes in on one WebSocket: puts the pieces of a message together, decodes it where it was
 * read, and delivers it. What cannot be decoded reaches no agent (E-02, E-05 to E-07). Owned by the
 * thread of its connection.
 */
final class AgentSocket {
  private static final Logger log = LoggerFactory.getLogger(AgentSocket.class);
  private static final int MALFORMED_IN_A_ROW = 10;

  private final WebSocketConnection connection;
  private final AgentInbox inbox;
  private final Codec codec;
  private final int maxMessageSize;

  private final GatheredBytes pieces;
  private boolean over;
  private int malformedInARow;

  AgentSocket(
      WebSocketConnection connection,
      AgentInbox inbox,
      MemoryBudget memory,
      Codec codec,
      int maxMessageSize) {
    this.connection = connection;
    this.inbox = inbox;
    this.codec = codec;
    this.maxMessageSize = maxMessageSize;
    this.pieces = new GatheredBytes(memory, maxMessageSize);
  }

  WebSocketConnection connection() {
    return connection;
  }

  void bytes(ByteBuffer piece, boolean last) {
    if (over) {
      return;
    }
    if (last && pieces.isEmpty()) {
      received(piece);
      return;
    }
    if (!pieces.add(piece)) {
      ended();
      connection.close(CloseCode.TRY_AGAIN_LATER, "the server has too many messages to keep");
      return;
    }
    if (last) {
      received(pieces.take());
    }
  }

  /**
   * Nothing is taken any more, and what has come of a message is given up: the peer may take its
   * time to end TCP, but not with our memory.
   */
  void ended() {
    over = true;
    pieces.drop();
  }

  /** Only binary messages carry OpAMP (WS-01); the text itself is not looked at (E-06). */
  void text(String piece, boolean last) {
    if (last) {
      malformed("text messages carry no OpAMP");
    }
  }

  private void received(ByteBuffer bytes) {
    AgentToServer message;
    try {
      message = codec.decode(bytes, maxMessageSize);
    } catch (MessageTooLargeException e) {
      connection.close(CloseCode.TOO_BIG, requireNonNullElse(e.getMessage(), "message too big"));
      return;
    } catch (MalformedMessageException e) {
      malformed(requireNonNullElse(e.getMessage(), "malformed message"));
      return;
    }
    malformedInARow = 0;
    inbox.received(connection, message);
  }

  private void malformed(String why) {
    log.debug("{} from {}: {}", connection.id(), connection.remoteAddress(), why);
    inbox.malformed(connection, why);
    if (++malformedInARow == MALFORMED_IN_A_ROW) {
      connection.close(
          CloseCode.CANNOT_ACCEPT, MALFORMED_IN_A_ROW + " malformed messages in a row");
    }
  }
}
