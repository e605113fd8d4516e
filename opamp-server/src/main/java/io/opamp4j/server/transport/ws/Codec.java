package io.opamp4j.server.transport.ws;

import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.nio.ByteBuffer;

/** How one WebSocket writes messages as bytes. Owned by the thread of its connection. */
interface Codec {
  /** As the protocol has it today; keeps nothing, so all connections share it. */
  Codec PLAIN =
      new Codec() {
        @Override
        public AgentToServer decode(ByteBuffer bytes, int limit) throws MalformedMessageException {
          return Frames.agentToServer(bytes, limit);
        }

        @Override
        public byte[] encode(ServerToAgent message, int limit) throws MessageTooLargeException {
          return Frames.encode(message, limit);
        }
      };

  /** For a new connection. */
  static Codec of(ServerConfig.Dialect dialect) {
    return dialect.legacyHeaderless() || dialect.legacyUlid() ? new LegacyCodec(dialect) : PLAIN;
  }

  /**
   * A whole message.
   *
   * @param limit the largest size allowed, in bytes
   */
  AgentToServer decode(ByteBuffer bytes, int limit) throws MalformedMessageException;

  /**
   * The bytes of a message.
   *
   * @param limit the largest size allowed, in bytes
   */
  byte[] encode(ServerToAgent message, int limit) throws MessageTooLargeException;
}
