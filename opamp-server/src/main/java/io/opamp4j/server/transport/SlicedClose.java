package io.opamp4j.server.transport;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.opamp4j.core.timing.ClosePace;
import io.opamp4j.server.transport.http.Drain;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells connections to end, slice by slice, so that their agents do not look for another server all
 * at once (CLOSE-03). The work is the executor's, which also owns this object.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Each slice plans the next one itself.
final class SlicedClose {
  /** From one slice to the next. */
  static final Duration SLICE = Duration.ofMillis(50);

  private final List<Channel> connections;
  private final ClosePace pace;
  private final EventExecutor executor;
  private final Promise<Void> allTold;
  private final long began;
  private int told;

  private SlicedClose(List<Channel> connections, ClosePace pace, EventExecutor executor) {
    this.connections = List.copyOf(connections);
    this.pace = pace;
    this.executor = executor;
    this.allTold = executor.newPromise();
    this.began = executor.ticker().nanoTime();
  }

  /**
   * Begins with the first slice.
   *
   * @return done when every connection has been told; most will not have ended by then
   */
  static Future<Void> start(List<Channel> connections, ClosePace pace, EventExecutor executor) {
    SlicedClose close = new SlicedClose(connections, pace, executor);
    executor.execute(close::slice);
    return close.allTold;
  }

  /** What falls into the time until the next slice is told now: a few connections do not wait. */
  private void slice() {
    Duration elapsed = Duration.ofNanos(executor.ticker().nanoTime() - began);
    int due = Math.min(pace.dueAfter(elapsed.plus(SLICE)), connections.size());
    while (told < due) {
      connections.get(told++).pipeline().fireUserEventTriggered(Drain.START);
    }
    if (told == connections.size()) {
      allTold.setSuccess(null);
    } else {
      executor.schedule(this::slice, SLICE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
