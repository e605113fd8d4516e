package io.opamp4j.client.loop;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.transport.Link;
import io.opamp4j.client.transport.LinkEvents;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientPhase;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.client.ClientStep;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.client.Notice;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one client. All protocol state belongs to the loop's thread. What the application says does
 * not queue: the loop takes the latest report when it comes to it, and not while a message is still
 * on its way out, so that a slow connection carries one up-to-date message and not a row of old
 * ones (RETRY-05). What the transport reports waits in a short queue, and a full one holds the
 * transport back.
 */
public final class ClientLoop {
  private static final Logger LOG = System.getLogger(ClientLoop.class.getName());
  private static final int INBOX = 64;

  private final ClientMachine machine;
  private final Transport transport;
  private final InstantSource clock;
  private final Consumer<Notice> notices;
  private final Thread thread;

  private final BlockingQueue<Input> inbox = new ArrayBlockingQueue<>(INBOX);
  private final AtomicReference<@Nullable AgentToServer> latestReport = new AtomicReference<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopWanted;
  private volatile ClientState state;

  // These belong to the loop's thread.
  private Optional<Instant> wakeUp = Optional.empty();
  private @Nullable Ear ear;

  /**
   * A loop that has not started.
   *
   * @param clock must not run backwards
   * @param notices called on the loop's thread; must return at once and not throw
   * @param threads makes the loop's thread
   */
  public ClientLoop(
      ClientMachine machine,
      ClientState initial,
      Transport transport,
      InstantSource clock,
      Consumer<Notice> notices,
      ThreadFactory threads) {
    this.machine = requireNonNull(machine, "machine");
    this.state = requireNonNull(initial, "initial");
    this.transport = requireNonNull(transport, "transport");
    this.clock = requireNonNull(clock, "clock");
    this.notices = requireNonNull(notices, "notices");
    this.thread = threads.newThread(this::run);
  }

  /** Starts the thread, which connects. Once only. */
  public void start() {
    thread.start();
  }

  /**
   * The agent is now like this. May be called from any thread, also before the start; never blocks.
   */
  public void report(AgentToServer report) {
    latestReport.set(requireNonNull(report, "report"));
    wake();
  }

  /** Wants the end, in order. May be called from any thread; never blocks. */
  public void stop() {
    stopWanted = true;
    wake();
  }

  /**
   * Waits for the end.
   *
   * @return whether the loop has ended within that time
   */
  public boolean awaitStopped(Duration timeout) throws InterruptedException {
    return stopped.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** As of the last step. */
  public ClientState state() {
    return state;
  }

  private void run() {
    try {
      carryOut(machine.started(state, clock.instant()));
      while (state.phase() != ClientPhase.STOPPED) {
        turn();
      }
    } catch (InterruptedException e) {
      LOG.log(Level.INFO, "{0}: interrupted, and so stopped", state.uid());
      Thread.currentThread().interrupt();
    } finally {
      stopped.countDown();
      if (ear != null) {
        ear.close();
      }
      transport.close();
      // A transport thread that waits for room is let go; nobody reads what it adds.
      inbox.clear();
    }
  }

  private void turn() throws InterruptedException {
    Input input = await();
    try {
      if (input != null) {
        input.run();
      }
      // Last words set just before the stop still go out.
      if (stopWanted || ear == null || !ear.isSending()) {
        AgentToServer report = latestReport.getAndSet(null);
        if (report != null) {
          carryOut(machine.changed(state, report, clock.instant()));
        }
      }
      if (stopWanted) {
        stopWanted = false;
        carryOut(machine.stopped(state, clock.instant()));
      }
      if (isDue()) {
        carryOut(machine.wokeUp(state, clock.instant()));
      }
    } catch (RuntimeException e) {
      // A defect of ours must not end the client for good: it is treated as a broken connection.
      LOG.log(Level.ERROR, state.uid() + ": a step failed; the connection is given up", e);
      if (ear != null) {
        ear.close();
      }
      carryOut(
          machine.lost(state, Loss.of(LossKind.BROKEN, "internal error: " + e), clock.instant()));
    }
  }

  /** The next input; null if it is time to wake up first. */
  private @Nullable Input await() throws InterruptedException {
    if (wakeUp.isEmpty()) {
      return inbox.take();
    }
    long nanos = Duration.between(clock.instant(), wakeUp.get()).toNanos();
    return nanos <= 0 ? inbox.poll() : inbox.poll(nanos, TimeUnit.NANOSECONDS);
  }

  private boolean isDue() {
    return wakeUp.isPresent() && !clock.instant().isBefore(wakeUp.get());
  }

  private void carryOut(ClientStep step) {
    state = step.state();
    wakeUp = step.wakeUp();
    for (Notice notice : step.notices()) {
      LOG.log(Level.DEBUG, () -> state.uid() + ": " + notice.getClass().getSimpleName());
      notices.accept(notice);
    }
    step.send().ifPresent(message -> requireNonNull(ear, "ear").send(message));
    switch (step.connection()) {
      case OPEN -> {
        ear = new Ear();
        ear.open();
      }
      case CLOSE -> requireNonNull(ear, "ear").close();
      case KEEP -> {
        // Nothing to do.
      }
    }
  }

  /** Makes the loop look round; if the inbox is full it will do so anyway. */
  private void wake() {
    inbox.offer(() -> {});
  }

  @FunctionalInterface
  private interface Input {
    void run();
  }

  /** Listens to one link. What it hears counts only while it is the latest. */
  private final class Ear implements LinkEvents {
    private @Nullable Link link;
    private int unsent;

    // The first four methods are for the loop's thread.

    void open() {
      link = transport.open(this);
    }

    void send(AgentToServer message) {
      unsent++;
      LOG.log(
          Level.DEBUG,
          () -> state.uid() + ": sends message " + Long.toUnsignedString(message.getSequenceNum()));
      requireNonNull(link, "link").send(message);
    }

    void close() {
      unsent = 0;
      if (link != null) {
        link.close();
      }
    }

    boolean isSending() {
      return unsent > 0;
    }

    @Override
    public void opened() {
      put(() -> carryOut(machine.opened(state, clock.instant())));
    }

    @Override
    public void received(ServerToAgent message) {
      put(() -> carryOut(machine.received(state, message, clock.instant())));
    }

    @Override
    public void malformed(String reason) {
      put(() -> carryOut(machine.malformed(state, reason, clock.instant())));
    }

    @Override
    public void sent() {
      put(() -> unsent = Math.max(0, unsent - 1));
    }

    @Override
    public void lost(Loss loss) {
      put(
          () -> {
            unsent = 0;
            carryOut(machine.lost(state, loss, clock.instant()));
          });
    }

    private void put(Input input) {
      if (stopped.getCount() == 0) {
        return;
      }
      try {
        inbox.put(
            () -> {
              if (ear == this) {
                input.run();
              }
            });
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
