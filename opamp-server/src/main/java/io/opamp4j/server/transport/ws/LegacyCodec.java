package io.opamp4j.server.transport.ws;

import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.core.wire.TextUids;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Understands agents of former times as well, and speaks to each in the way it spoke last: without
 * the header (E-01), and with ids that are text (E-09).
 */
final class LegacyCodec implements Codec {
  private final boolean headerlessAllowed;
  private final @Nullable TextUids textUids;
  private boolean headerless;

  LegacyCodec(ServerConfig.Dialect dialect) {
    headerlessAllowed = dialect.legacyHeaderless();
    textUids = dialect.legacyUlid() ? new TextUids() : null;
  }

  @Override
  public AgentToServer decode(ByteBuffer bytes, int limit) throws MalformedMessageException {
    AgentToServer message = message(bytes, limit);
    return textUids == null ? message : textUids.received(message);
  }

  @Override
  public byte[] encode(ServerToAgent message, int limit) throws MessageTooLargeException {
    ServerToAgent meant = textUids == null ? message : textUids.toSend(message);
    return headerless ? Bodies.encode(meant, false, limit) : Frames.encode(meant, limit);
  }

  private AgentToServer message(ByteBuffer bytes, int limit) throws MalformedMessageException {
    try {
      AgentToServer message = Frames.agentToServer(bytes, limit);
      headerless = false;
      return message;
    } catch (MessageTooLargeException e) {
      throw e;
    } catch (MalformedMessageException e) {
      // No message begins with 0: that would be a field without a number.
      if (!headerlessAllowed || !bytes.hasRemaining() || bytes.get(bytes.position()) == 0) {
        throw e;
      }
      AgentToServer message = Messages.parse(AgentToServer.parser(), bytes);
      headerless = true;
      return message;
    }
  }
}
