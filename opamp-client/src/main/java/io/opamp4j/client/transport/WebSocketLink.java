package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentToServer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCode;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.tyrus.client.exception.DeploymentHandshakeException;
import org.glassfish.tyrus.core.WebSocketException;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket. Messages leave one after the other, because the API allows a single send at a
 * time; the fields they share are guarded by the lock.
 */
final class WebSocketLink extends Endpoint implements Link {
  private final TransportSettings settings;
  private final WebSocketContainer container;
  private final Executor executor;
  private final LinkEvents events;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * The parts of a message under way; belongs to the thread that reads, of which there is one at a
   * time.
   */
  private ByteArrayOutputStream incoming = new ByteArrayOutputStream();

  private final Object lock = new Object();
  private final Deque<byte[]> outgoing = new ArrayDeque<>();
  private @Nullable Session session;
  private boolean sending;
  private boolean closing;

  WebSocketLink(
      TransportSettings settings,
      WebSocketContainer container,
      Executor executor,
      LinkEvents events) {
    this.settings = settings;
    this.container = container;
    this.executor = executor;
    this.events = events;
  }

  /** Connects; blocks, so it runs on a thread of the transport. */
  void connect() {
    try {
      connect(new Handshake(settings.target().currentHeaders()));
    } catch (DeploymentException | IOException | RuntimeException e) {
      end(Losses.ofFailure(e));
    } catch (Error e) {
      // Such as a class missing on the host's class path: the loop must hear of it, too.
      end(Losses.ofFailure(e));
      throw e;
    }
  }

  private void connect(Handshake handshake) throws DeploymentException, IOException {
    ClientEndpointConfig config =
        ClientEndpointConfig.Builder.create().configurator(handshake).build();
    try {
      container.connectToServer(this, config, settings.target().endpoint());
    } catch (DeploymentHandshakeException e) {
      end(handshake.refusal(e, settings.clock().instant()));
    }
  }

  @Override
  public void send(AgentToServer message) {
    byte[] frame;
    try {
      frame = Frames.encode(message, settings.sendLimit());
    } catch (MessageTooLargeException e) {
      throw new IllegalArgumentException("the machine keeps messages within the limit", e);
    }
    synchronized (lock) {
      outgoing.add(frame);
    }
    sendNext();
  }

  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
    }
    sendNext();
  }

  @Override
  public void onOpen(Session opened, EndpointConfig config) {
    // Zero, the default, is no limit either, but Tyrus then starts a timer with each message, on up
    // to ten threads for each connection.
    opened.setMaxIdleTimeout(-1);
    opened.addMessageHandler(ByteBuffer.class, (part, last) -> binary(opened, part, last));
    opened.addMessageHandler(String.class, (part, last) -> text(last));
    boolean givenUp;
    synchronized (lock) {
      session = opened;
      givenUp = closing;
    }
    if (givenUp) {
      closeSession(opened, CloseCodes.NORMAL_CLOSURE);
    } else {
      events.opened();
    }
  }

  @Override
  public void onClose(Session closed, CloseReason reason) {
    end(Losses.ofClose(reason));
  }

  @Override
  public void onError(Session failed, Throwable failure) {
    // Such as a frame too large to be read at all.
    CloseCode code =
        failure instanceof WebSocketException refused
            ? refused.getCloseReason().getCloseCode()
            : CloseCodes.PROTOCOL_ERROR;
    refuse(failed, code, Losses.describe(failure));
  }

  /**
   * Messages are put together here, and not by Tyrus, so that the limit is kept in every case
   * (LIM-07).
   */
  private void binary(Session from, ByteBuffer part, boolean last) {
    if (ended.get()) {
      return;
    }
    if ((long) incoming.size() + part.remaining() > settings.receiveLimit()) {
      refuse(from, CloseCodes.TOO_BIG, "a message over " + settings.receiveLimit() + " bytes");
      return;
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    incoming.writeBytes(bytes);
    if (last) {
      ByteBuffer message = ByteBuffer.wrap(incoming.toByteArray());
      incoming = new ByteArrayOutputStream();
      try {
        events.received(Frames.serverToAgent(message, settings.receiveLimit()));
      } catch (MalformedMessageException e) {
        events.malformed(String.valueOf(e.getMessage()));
      }
    }
  }

  private void text(boolean last) {
    if (last) {
      events.malformed("a text message; only binary ones carry OpAMP");
    }
  }

  /** Ends the connection because of what the server sent (LIM-08, LIM-09). */
  private void refuse(Session from, CloseCode code, String reason) {
    end(Loss.of(LossKind.MALFORMED, reason));
    closeSession(from, code);
  }

  /** Sends the next message unless one is on its way, and closes once nothing is left to send. */
  private void sendNext() {
    byte[] frame;
    Session open;
    synchronized (lock) {
      open = session;
      if (sending || open == null) {
        return;
      }
      frame = outgoing.poll();
      sending = frame != null;
      if (frame == null && !closing) {
        return;
      }
    }
    if (frame == null) {
      closeSession(open, CloseCodes.NORMAL_CLOSURE);
      return;
    }
    try {
      open.getAsyncRemote().sendBinary(ByteBuffer.wrap(frame), this::onSent);
    } catch (RuntimeException e) {
      end(Losses.ofFailure(e));
    }
  }

  private void onSent(SendResult result) {
    if (!result.isOK()) {
      end(Losses.ofFailure(result.getException()));
      return;
    }
    synchronized (lock) {
      sending = false;
    }
    events.sent();
    sendNext();
  }

  /** The closing handshake may block, so it runs on a thread of the transport. */
  private void closeSession(Session open, CloseCode code) {
    try {
      executor.execute(
          () -> {
            try {
              open.close(new CloseReason(code, ""));
            } catch (IOException | IllegalStateException e) {
              end(Losses.ofFailure(e));
            }
          });
    } catch (RejectedExecutionException e) {
      end(Losses.ofFailure(e));
    }
  }

  private void end(Loss loss) {
    if (ended.compareAndSet(false, true)) {
      events.lost(loss);
    }
  }
}
