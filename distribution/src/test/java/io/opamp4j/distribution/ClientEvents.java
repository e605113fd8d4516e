package io.opamp4j.distribution;

import io.opamp4j.client.ClientListener;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerErrorResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what a client hears, for a test to take. */
final class ClientEvents implements ClientListener {
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  /** The server answered the first report of a connection. */
  record Connected() {}

  /** There is no connection, or no longer. */
  record Lost(Loss loss, Duration retryIn) {}

  /** The server wants a restart. */
  record RestartWanted() {}

  @Override
  public void onConnected() {
    events.add(new Connected());
  }

  @Override
  public void onConnectFailed(Loss loss, Duration retryIn) {
    events.add(new Lost(loss, retryIn));
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
  public void onSectionTooLarge(Section section, int bytes) {
    events.add(section);
  }

  @Override
  public void onConnectionSettings(ConnectionSettingsStatus status) {
    events.add(status);
  }

  @Override
  public void onCustomMessage(CustomMessage message) {
    events.add(message);
  }

  /** For {@code onRestart}. */
  void restartWanted() {
    events.add(new RestartWanted());
  }

  /** The next event of this type; earlier ones are skipped. */
  <T> T next(Class<T> type) {
    while (true) {
      Object event = Waiting.take(events, type.getSimpleName());
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
  }

  /** How many there are of this type among those not taken; takes them all. */
  long drain(Class<?> type) {
    List<Object> all = new ArrayList<>();
    events.drainTo(all);
    return all.stream().filter(type::isInstance).count();
  }
}
