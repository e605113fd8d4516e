package io.opamp4j.testkit.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.ServerToAgent;
import java.util.Map;

/** The way back to an agent. Belongs to the event loop, but for {@link #later}. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
abstract class Exchange {
  final Channel channel;

  private Exchange(Channel channel) {
    this.channel = channel;
  }

  /** Answers with this. */
  abstract void send(ServerToAgent message);

  /** Answers with these bytes in place of a message. */
  abstract void sendRaw(byte[] bytes);

  /** Says goodbye with a Close frame; over plain HTTP, ends the TCP connection. */
  abstract void close(int code);

  /** Ends the TCP connection without a word. */
  final void cut() {
    channel.close();
  }

  /** Runs this on the event loop. */
  final void later(Runnable action) {
    channel.eventLoop().execute(action);
  }

  /** Over a WebSocket, for any number of messages. */
  static final class Socket extends Exchange {
    private final Agents agents;

    Socket(Channel channel, Agents agents) {
      super(channel);
      this.agents = agents;
    }

    @Override
    void send(ServerToAgent message) {
      try {
        sendRaw(Frames.encode(agents.addressed(message), Integer.MAX_VALUE));
      } catch (MessageTooLargeException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    void sendRaw(byte[] bytes) {
      channel.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    void close(int code) {
      channel.writeAndFlush(new CloseWebSocketFrame(code, ""));
    }
  }

  /** Of one request over plain HTTP, for one answer. */
  static final class Http extends Exchange {
    private final Agents agents;
    private boolean over;

    Http(Channel channel, Agents agents) {
      super(channel);
      this.agents = agents;
      agents.journal().begun();
      channel.closeFuture().addListener(closed -> end());
    }

    @Override
    void send(ServerToAgent message) {
      try {
        sendRaw(Bodies.encode(agents.addressed(message), false, Integer.MAX_VALUE));
      } catch (MessageTooLargeException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    void sendRaw(byte[] bytes) {
      // Before the agent can have the answer, or its next request would seem to overlap.
      end();
      channel.writeAndFlush(
          Responses.of(
              200, Map.of(HttpHeaderNames.CONTENT_TYPE.toString(), HttpContent.PROTOBUF), bytes));
    }

    @Override
    void close(int code) {
      cut();
    }

    private void end() {
      if (!over) {
        over = true;
        agents.journal().ended();
      }
    }
  }
}
