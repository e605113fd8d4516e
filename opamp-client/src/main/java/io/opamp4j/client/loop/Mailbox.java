package io.opamp4j.client.loop;

import io.opamp4j.core.timing.TimeSource;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the loop. Any thread puts in, only the loop's takes out. Reports replace each
 * other (RETRY-05), and what the transport says waits in a short queue that holds the transport
 * back when it is full.
 */
final class Mailbox {
  private static final int INBOX = 64;

  private final BlockingQueue<Runnable> inbox = new ArrayBlockingQueue<>(INBOX);
  private final AtomicReference<@Nullable AgentToServer> latestReport = new AtomicReference<>();
  private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
  private final Outgoing outgoing;
  private final Agenda agenda = new Agenda();
  private final boolean timePasses;
  private volatile boolean stopWanted;

  /** What the loop's own thread put in, which must not wait for room. Belongs to it. */
  private final Queue<Runnable> own = new ArrayDeque<>();

  /**
   * @param time a time that is moved by hand wakes the loop whenever it is, and never else
   */
  Mailbox(int outgoingBytes, TimeSource time) {
    outgoing = new Outgoing(outgoingBytes);
    timePasses = time.passes();
    time.onMove(this::wake);
  }

  void report(AgentToServer report) {
    latestReport.set(report);
    wake();
  }

  void order(Order order) {
    orders.add(order);
    wake();
  }

  boolean post(CustomMessage message) {
    boolean taken = outgoing.offer(message);
    wake();
    return taken;
  }

  void at(Instant time, Runnable action) {
    agenda.add(time, action);
    wake();
  }

  void stop() {
    stopWanted = true;
    wake();
  }

  /** From the transport; blocks the caller while the queue is full. */
  void put(Runnable input) throws InterruptedException {
    inbox.put(input);
  }

  /** From the loop's own thread. */
  void putOwn(Runnable input) {
    own.add(input);
  }

  /** The next input; null if it is time for something else first. */
  @Nullable Runnable await(Optional<Instant> wakeUp, Instant now) throws InterruptedException {
    if (!own.isEmpty()) {
      return own.poll();
    }
    Optional<Instant> next =
        Stream.of(wakeUp, agenda.next()).flatMap(Optional::stream).min(Instant::compareTo);
    if (next.isEmpty()) {
      return inbox.take();
    }
    long nanos = Duration.between(now, next.get()).toNanos();
    if (nanos <= 0) {
      return inbox.poll();
    }
    return timePasses ? inbox.poll(nanos, TimeUnit.NANOSECONDS) : inbox.take();
  }

  Optional<AgentToServer> takeReport() {
    return Optional.ofNullable(latestReport.getAndSet(null));
  }

  Optional<Order> takeOrder() {
    return Optional.ofNullable(orders.poll());
  }

  Optional<CustomMessage> takeMessage() {
    return outgoing.poll();
  }

  List<Runnable> due(Instant now) {
    return agenda.due(now);
  }

  boolean isStopWanted() {
    return stopWanted;
  }

  /** Whether the end was wanted since this was last asked. */
  boolean takeStop() {
    boolean wanted = stopWanted;
    stopWanted = false;
    return wanted;
  }

  /** A thread that waits for room is let go; nobody reads what it adds. */
  void clear() {
    inbox.clear();
  }

  /** Makes the loop look round; if the inbox is full it will do so anyway. */
  private void wake() {
    inbox.offer(() -> {});
  }
}
