package io.opamp4j.server.transport.ws;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.Connection;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket as the server's agents see it. Messages wait here, not yet encoded, until the peer
 * has read enough of what was sent before; a peer that lets more than {@value Outbox#MAX_MESSAGES}
 * messages or more bytes than one message may have pile up is closed. Only offers are replaced, by
 * newer ones.
 */
final class WebSocketConnection implements Connection, Wire.Listener {
  private static final Logger log = LoggerFactory.getLogger(WebSocketConnection.class);
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);
  private static final int MAX_REASON_BYTES = 120;

  private final Wire wire;
  private final Session session;
  private final Codec codec;
  private final SharedOffers offers;
  private final int maxMessageSize;

  private final Object lock = new Object();
  private final Outbox outbox;
  private boolean draining;
  private boolean ended;

  /** Why we closed; null while we did not. Connection's thread only. */
  private @Nullable String ownReason;

  WebSocketConnection(
      Wire wire, Session session, Codec codec, SharedOffers offers, int maxMessageSize) {
    this.wire = wire;
    this.session = session;
    this.codec = codec;
    this.offers = offers;
    this.maxMessageSize = maxMessageSize;
    this.outbox = new Outbox(maxMessageSize);
  }

  @Override
  public String id() {
    return wire.id();
  }

  @Override
  public Transport transport() {
    return Transport.WEBSOCKET;
  }

  @Override
  public String remoteAddress() {
    return wire.remoteAddress();
  }

  @Override
  public void send(ServerToAgent message) {
    queue(message, false);
  }

  @Override
  public void push(ServerToAgent message) {
    queue(message, true);
  }

  private void queue(ServerToAgent message, boolean push) {
    requireNonNull(message, "message");
    boolean tooSlow;
    synchronized (lock) {
      if (ended) {
        return;
      }
      tooSlow = !outbox.add(message, push);
      if (!tooSlow) {
        if (draining) {
          return;
        }
        draining = true;
      }
    }
    if (tooSlow) {
      close(CloseCode.TRY_AGAIN_LATER, "too many messages wait for the peer");
    } else {
      wire.execute(this::drain);
    }
  }

  @Override
  public void ping() {
    wire.execute(
        () -> {
          if (isOpen()) {
            try {
              session.getBasicRemote().sendPing(NO_BYTES);
            } catch (IOException e) {
              log.debug("{}: ping failed: {}", id(), e.toString());
            }
            wire.flush();
          }
        });
  }

  @Override
  public void close(int code, String reason) {
    String phrase = truncated(reason);
    CloseReason closeReason = new CloseReason(CloseCodes.getCloseCode(code), phrase);
    wire.execute(
        () -> {
          if (!isOpen()) {
            return;
          }
          drain();
          ownReason = phrase;
          try {
            session.close(closeReason);
          } catch (IOException e) {
            log.debug("{}: close failed: {}", id(), e.toString());
          }
          wire.flush();
        });
  }

  @Override
  public void becameWritable() {
    drain();
  }

  /** Nothing is sent any more. Says in plain words why. */
  String ended(CloseReason reason) {
    synchronized (lock) {
      ended = true;
      outbox.clear();
    }
    int code = reason.getCloseCode().getCode();
    if (ownReason != null) {
      return "closed by the server (" + code + "): " + ownReason;
    }
    if (code == CloseCodes.CLOSED_ABNORMALLY.getCode()) {
      return "connection lost";
    }
    String phrase = reason.getReasonPhrase();
    return "closed by the peer ("
        + code
        + ")"
        + (phrase == null || phrase.isEmpty() ? "" : ": " + phrase);
  }

  private void drain() {
    synchronized (lock) {
      draining = false;
    }
    boolean wrote = false;
    while (wire.writable()) {
      Outbox.Waiting next;
      synchronized (lock) {
        next = outbox.poll();
      }
      if (next == null) {
        break;
      }
      write(next);
      wrote = true;
    }
    if (wrote) {
      wire.flush();
    }
  }

  /** An over-limit message is not sent; the peer gets an answer all the same (LIM-11, E-16). */
  private void write(Outbox.Waiting next) {
    ServerToAgent message = next.message();
    if (write(message) || next.push()) {
      return;
    }
    write(ErrorResponses.unknown(message.getInstanceUid(), "the answer is above the size limit"));
  }

  /** False if the message is above the limit, which is logged (LIM-12). */
  private boolean write(ServerToAgent message) {
    if (!isOpen()) {
      return true;
    }
    try {
      Optional<SharedOffers.Frame> shared =
          codec == Codec.PLAIN && wire.takesFrames()
              ? offers.frame(message, maxMessageSize)
              : Optional.empty();
      if (shared.isPresent()) {
        wire.write(shared.get().head());
        wire.write(shared.get().offer());
      } else {
        session.getBasicRemote().sendBinary(ByteBuffer.wrap(codec.encode(message, maxMessageSize)));
      }
    } catch (MessageTooLargeException e) {
      log.error("{}: a message was not sent: {}", id(), e.getMessage());
      return false;
    } catch (IOException e) {
      log.debug("{}: send failed: {}", id(), e.toString());
    }
    return true;
  }

  private boolean isOpen() {
    return session.isOpen();
  }

  private static String truncated(String reason) {
    if (reason.getBytes(StandardCharsets.UTF_8).length <= MAX_REASON_BYTES) {
      return reason;
    }
    // At most four bytes per code point, so a quarter of the bytes always fits.
    int points = Math.min(reason.codePointCount(0, reason.length()), MAX_REASON_BYTES / 4);
    return reason.substring(0, reason.offsetByCodePoints(0, points));
  }
}
