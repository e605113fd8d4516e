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
import io.opamp4j.core.timing.TimeSource;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerToAgent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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

  private final ClientMachine machine;
  private final Transport transport;
  private final TimeSource clock;
  private final Outlet outlet;
  private final Thread thread;

  private final Mailbox mailbox;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile ClientState state;

  // These belong to the loop's thread.
  private Optional<Instant> wakeUp = Optional.empty();
  private @Nullable Ear ear;

  /**
   * A loop that has not started.
   *
   * @param clock must not run backwards
   * @param outgoingBytes how much of custom messages may wait to be sent
   * @param threads makes the loop's thread
   */
  public ClientLoop(
      ClientMachine machine,
      ClientState initial,
      Transport transport,
      TimeSource clock,
      Outlet outlet,
      int outgoingBytes,
      ThreadFactory threads) {
    this.machine = requireNonNull(machine, "machine");
    this.state = requireNonNull(initial, "initial");
    this.transport = requireNonNull(transport, "transport");
    this.clock = requireNonNull(clock, "clock");
    this.outlet = requireNonNull(outlet, "outlet");
    this.mailbox = new Mailbox(outgoingBytes, clock);
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
    mailbox.report(requireNonNull(report, "report"));
  }

  /**
   * Something else to say, in order. May be called from any thread; never blocks. Not bounded: for
   * what the machine itself has asked for.
   */
  public void order(Order order) {
    mailbox.order(requireNonNull(order, "order"));
  }

  /**
   * A custom message to send, once, in order. It waits until there is a connection. May be called
   * from any thread; never blocks.
   *
   * @return false if too much waits already
   */
  public boolean post(CustomMessage message) {
    return mailbox.post(requireNonNull(message, "message"));
  }

  /** Runs this on the loop's thread when the time has come, unless the loop has ended before. */
  public void at(Instant time, Runnable action) {
    mailbox.at(time, action);
  }

  /** Wants the end, in order. May be called from any thread; never blocks. */
  public void stop() {
    mailbox.stop();
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
      mailbox.clear();
    }
  }

  private void turn() throws InterruptedException {
    Runnable input = mailbox.await(wakeUp, clock.instant());
    try {
      if (input != null) {
        input.run();
      }
      heedTheApplication();
      if (mailbox.takeStop()) {
        carryOut(machine.stopped(state, clock.instant()));
      }
      if (isDue()) {
        carryOut(machine.wokeUp(state, clock.instant()));
      }
      mailbox.due(clock.instant()).forEach(Runnable::run);
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

  private void heedTheApplication() {
    for (Optional<Order> order = mailbox.takeOrder();
        order.isPresent();
        order = mailbox.takeOrder()) {
      carryOut(order.get().carryOut(machine, state, clock.instant()));
    }
    // Last words set just before the stop still go out.
    if (mailbox.isStopWanted() || ear == null || !ear.isSending()) {
      mailbox
          .takeReport()
          .ifPresent(report -> carryOut(machine.changed(state, report, clock.instant())));
    }
    if (state.takesMessage()) {
      mailbox
          .takeMessage()
          .ifPresent(message -> carryOut(machine.posted(state, message, clock.instant())));
    }
  }

  private boolean isDue() {
    return wakeUp.isPresent() && !clock.instant().isBefore(wakeUp.get());
  }

  private void carryOut(ClientStep step) {
    state = step.state();
    wakeUp = step.wakeUp();
    step.save().ifPresent(outlet::keep);
    for (Notice notice : step.notices()) {
      LOG.log(Level.DEBUG, () -> state.uid() + ": " + notice.getClass().getSimpleName());
      outlet.notice(notice);
    }
    step.send().ifPresent(message -> requireNonNull(ear, "ear").send(message));
    switch (step.connection()) {
      case OPEN -> {
        ear = new Ear();
        ear.open(state.target());
      }
      case CLOSE -> requireNonNull(ear, "ear").close();
      case KEEP -> {
        // Nothing to do.
      }
    }
  }

  /** Listens to one link. What it hears counts only while it is the latest. */
  private final class Ear implements LinkEvents {
    private @Nullable Link link;
    private int unsent;

    // The first four methods are for the loop's thread.

    void open(OpAMPConnectionSettings settings) {
      link = transport.open(settings, this);
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

    private void put(Runnable input) {
      if (stopped.getCount() == 0) {
        return;
      }
      Runnable ifLatest =
          () -> {
            if (ear == this) {
              input.run();
            }
          };
      if (Thread.currentThread() == thread) {
        mailbox.putOwn(ifLatest);
        return;
      }
      try {
        mailbox.put(ifLatest);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
