package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentToServer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket. Messages leave one after the other, because the API allows a single send at a time; the
 * fields they share are guarded by the lock.
 */
final class WebSocketLink extends Endpoint implements Link {
  private final TransportSettings settings;
  private final WebSocketContainer container;
  private final Executor executor;
  private final LinkEvents events;
  private final AtomicBoolean ended = new AtomicBoolean();

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
    Handshake handshake = null;
    try {
      handshake = new Handshake(settings.currentHeaders());
      ClientEndpointConfig config =
          ClientEndpointConfig.Builder.create().configurator(handshake).build();
      container.connectToServer(this, config, settings.endpoint());
    } catch (DeploymentException | IOException | RuntimeException e) {
      Optional<Loss> refusal =
          handshake == null ? Optional.empty() : handshake.refusal(settings.clock().instant());
      end(refusal.orElseGet(() -> Losses.ofFailure(e)));
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
    opened.addMessageHandler(ByteBuffer.class, this::binary);
    opened.addMessageHandler(
        String.class, text -> events.malformed("a text message; only binary ones carry OpAMP"));
    boolean givenUp;
    synchronized (lock) {
      session = opened;
      givenUp = closing;
    }
    if (givenUp) {
      closeSession(opened);
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
    // A message over the limit is reported here; Tyrus closes with 1009 by itself (LIM-09).
    end(Loss.of(LossKind.MALFORMED, Losses.describe(failure)));
    closeSession(failed);
  }

  private void binary(ByteBuffer message) {
    try {
      events.received(Frames.serverToAgent(message, settings.receiveLimit()));
    } catch (MalformedMessageException e) {
      events.malformed(String.valueOf(e.getMessage()));
    }
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
      closeSession(open);
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
  private void closeSession(Session open) {
    try {
      executor.execute(
          () -> {
            try {
              open.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""));
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
