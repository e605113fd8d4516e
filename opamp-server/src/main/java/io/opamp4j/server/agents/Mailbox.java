package io.opamp4j.server.agents;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one agent: done in order, one piece at a time, on shared workers. Work from the peer
 * is bounded and may be refused; the server's own work (a disconnect, a new target) is never
 * refused, since its amount is bounded by whoever posts it. A piece that throws is logged and does
 * not stop the others. Any thread may post.
 */
final class Mailbox {
  /** Messages one agent may have waiting. A well-behaved agent has one or two. */
  static final int CAPACITY = 64;

  /** After so many pieces in a row the worker turns to other agents. */
  private static final int TURN = 16;

  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

  private final Executor workers;
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger fromPeer = new AtomicInteger();
  private final AtomicLong bytesFromPeer = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  Mailbox(Executor workers) {
    this.workers = workers;
  }

  /**
   * Work caused by the peer.
   *
   * @param bytes what it keeps in memory
   * @param mostBytes what the peer's work may keep in memory together; one piece may be larger if
   *     it is alone
   * @return false if too much is waiting; the work will not be done
   */
  boolean offer(long bytes, long mostBytes, Runnable work) {
    boolean tooMany = fromPeer.incrementAndGet() > CAPACITY;
    long together = bytesFromPeer.addAndGet(bytes);
    if (tooMany || (together > mostBytes && together > bytes)) {
      leave(bytes);
      return false;
    }
    post(
        () -> {
          leave(bytes);
          work.run();
        });
    return true;
  }

  private void leave(long bytes) {
    fromPeer.decrementAndGet();
    bytesFromPeer.addAndGet(-bytes);
  }

  /** Work of the server's own. */
  void post(Runnable work) {
    waiting.add(work);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      workers.execute(this::takeTurn);
    }
  }

  private void takeTurn() {
    for (int done = 0; done < TURN; done++) {
      Runnable work = waiting.poll();
      if (work == null) {
        break;
      }
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        // An error too: a stack that overflowed on one message is no reason to drop the next.
        log.error("Work for an agent failed; the agent's later work goes on", e);
      }
    }
    scheduled.set(false);
    // Something may have been posted between the last poll and the line above.
    if (!waiting.isEmpty()) {
      schedule();
    }
  }
}
