package io.opamp4j.client;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerErrorResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that keeps what it hears, for a test to take. */
final class Heard implements ClientListener {
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  record Failed(Loss loss, Duration retryIn) {}

  record Lost(Loss loss, Duration retryIn) {}

  @Override
  public void onConnected() {
    events.add("connected");
  }

  @Override
  public void onConnectFailed(Loss loss, Duration retryIn) {
    events.add(new Failed(loss, retryIn));
  }

  @Override
  public void onDisconnected(Loss loss, Duration retryIn) {
    events.add(new Lost(loss, retryIn));
  }

  @Override
  public void onServerError(ServerErrorResponse error) {
    events.add(error);
  }

  @Override
  public void onNewInstanceUid(InstanceUid uid) {
    events.add(uid);
  }

  @Override
  public void onSectionTooLarge(Section section, int bytes) {
    events.add(section);
  }

  @Override
  public void onMalformedMessage(String reason) {
    events.add("malformed: " + reason);
  }

  @Override
  public void onConnectionSettings(ConnectionSettingsStatus status) {
    events.add(status);
  }

  @Override
  public void onStoreFailed(String reason) {
    events.add("store: " + reason);
  }

  @Override
  public void onCustomMessage(CustomMessage message) {
    events.add(message);
  }

  @Override
  public void onCustomMessageDropped(CustomMessage message, String reason) {
    events.add("dropped: " + reason);
  }

  @Override
  public void onStopped() {
    events.add("stopped");
  }

  /** The next event. */
  Object next() throws InterruptedException {
    Object event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing was heard");
    }
    return event;
  }

  /** The next event of this type; earlier ones are skipped. */
  <T> T next(Class<T> type) throws InterruptedException {
    while (true) {
      Object event = next();
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
  }
}
