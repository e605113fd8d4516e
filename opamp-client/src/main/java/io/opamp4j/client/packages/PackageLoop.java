package io.opamp4j.client.packages;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.transport.DaemonThreads;
import io.opamp4j.client.transport.Download;
import io.opamp4j.client.transport.Downloads;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.client.PackageFailure;
import io.opamp4j.core.client.PackageMachine;
import io.opamp4j.core.client.PackageState;
import io.opamp4j.core.client.PackageStep;
import io.opamp4j.core.client.PackageTask;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link PackageMachine}. Steps are made under one lock, by whoever has an input; tasks run
 * on a thread of their own, which comes and goes with the work. Public for the package above, not
 * for applications.
 */
public final class PackageLoop implements AutoCloseable {
  private static final Logger LOG = System.getLogger(PackageLoop.class.getName());

  private final PackageStore store;
  private final Packages packages;
  private final PackageMachine machine;
  private final Workshop workshop;
  private final InstantSource clock;
  private final ThreadPoolExecutor executor;

  private final Object lock = new Object();
  private volatile @Nullable Thread working;

  // These are guarded by the lock.
  private @Nullable PackageState state;
  private @Nullable PackageOutlet outlet;
  private PackageMemory saved = PackageMemory.getDefaultInstance();
  private PackageStatuses told = PackageStatuses.getDefaultInstance();
  private Optional<Instant> wakeUp = Optional.empty();
  private @Nullable Download download;
  private boolean saveFails;
  private boolean closed;

  /** A loop that has not started; its store is taken into use. */
  public PackageLoop(
      Packages packages, Downloads downloads, InstantSource clock, RandomGenerator random) {
    this.store = packages.store;
    this.packages = packages;
    this.machine = new PackageMachine(packages.backoff, random);
    this.workshop = new Workshop(packages, downloads, clock);
    this.clock = clock;
    this.executor =
        new ThreadPoolExecutor(
            1,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DaemonThreads("opamp-client-packages")) {
          @Override
          protected void terminated() {
            store.close();
          }
        };
    executor.allowCoreThreadTimeOut(true);
    synchronized (lock) {
      told = open();
    }
  }

  /** What there is to tell at first; the default instance if there is nothing. */
  public PackageStatuses statuses() {
    synchronized (lock) {
      return told;
    }
  }

  /** From now on things happen. */
  public void start(PackageOutlet to) {
    synchronized (lock) {
      outlet = requireNonNull(to, "outlet");
      if (state != null) {
        resume();
      }
    }
  }

  /** The server made this offer. Returns soon. */
  public void offered(PackagesAvailable offer) {
    synchronized (lock) {
      if (state == null) {
        PackageStatuses now = open();
        if (state == null) {
          tell(now);
          return;
        }
        resume();
      }
      step(current -> machine.offered(current, offer, clock.instant()));
    }
  }

  /** Gives up a download and waits for nothing; an installation comes to its end. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (download != null) {
        download.cancel();
      }
      executor.shutdown();
    }
  }

  /**
   * Waits for the end after {@link #close}: what was being done is over, and the store is free.
   *
   * @return whether it came within that time; also true on the thread of the packages itself, which
   *     cannot wait for its own end
   */
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    return Thread.currentThread() == working
        || executor.awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Takes the store into use, if that is possible; the state is there if it was. */
  private PackageStatuses open() {
    try {
      PackageMemory memory = store.load();
      state =
          machine.initial(
              memory, packages.local, content -> store.find(new ContentHash(content)).isPresent());
      saved = memory;
      return machine.started(state, clock.instant()).statuses();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "packages cannot be taken", e);
      return PackageStatuses.newBuilder()
          .setErrorMessage("packages cannot be kept: " + e.getMessage())
          .build();
    }
  }

  /** What is here is made known to the installer, and what was left undone goes on. */
  private void resume() {
    PackageState current = requireNonNull(state, "state");
    submit(
        () -> {
          List<PackageFile> held =
              current.memory().getHeldMap().entrySet().stream()
                  .flatMap(entry -> workshop.held(entry.getKey(), entry.getValue()).stream())
                  .toList();
          try {
            packages.installer.restored(held);
          } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the installer failed with the packages from before", e);
          }
        });
    step(before -> machine.started(before, clock.instant()));
  }

  private void step(Function<PackageState, PackageStep> input) {
    synchronized (lock) {
      if (!closed) {
        carryOut(input.apply(requireNonNull(state, "state")));
      }
    }
  }

  private void carryOut(PackageStep step) {
    state = step.state();
    save(step.state().memory());
    tell(step.statuses());
    if (step.abandon() && download != null) {
      download.cancel();
    }
    step.start().ifPresent(this::begin);
    wake(step.wakeUp());
  }

  private void begin(PackageTask task) {
    HeldPackage previous =
        task instanceof PackageTask.Install install
            ? requireNonNull(state, "state").memory().getHeldMap().get(install.name())
            : null;
    Download next = workshop.download();
    download = next;
    submit(() -> end(task, workshop.carryOut(task, previous, next, this::progressed)));
  }

  private void end(PackageTask task, Optional<PackageFailure> failure) {
    failure.ifPresent(why -> LOG.log(Level.WARNING, "{0} failed: {1}", named(task), why.reason()));
    synchronized (lock) {
      PackageState current = requireNonNull(state, "state");
      PackageStep step =
          failure.isPresent()
              ? machine.failed(current, failure.get(), clock.instant())
              : machine.succeeded(current, clock.instant());
      if (!closed) {
        carryOut(step);
      } else if (failure.isEmpty()) {
        // What was done counts, also if it was done late. Nothing else is begun.
        save(step.state().memory());
      }
    }
  }

  /** Without what may be secret. */
  private static String named(PackageTask task) {
    if (task instanceof PackageTask.Fetch fetch) {
      return "fetching '" + fetch.name() + "'";
    } else if (task instanceof PackageTask.Install install) {
      return "installing '" + install.name() + "'";
    } else if (task instanceof PackageTask.Remove remove) {
      return "removing '" + remove.name() + "'";
    }
    return "tidying up";
  }

  private void progressed(PackageDownloadDetails details) {
    step(current -> machine.progressed(current, details, clock.instant()));
  }

  private void save(PackageMemory memory) {
    if (memory.equals(saved)) {
      return;
    }
    try {
      store.save(memory);
      saved = memory;
      saveFails = false;
    } catch (IOException | RuntimeException e) {
      if (!saveFails) {
        LOG.log(Level.WARNING, "what is known of packages could not be saved", e);
        if (outlet != null) {
          outlet.storeFailed(String.valueOf(e.getMessage()));
        }
      }
      saveFails = true;
    }
  }

  private void tell(PackageStatuses statuses) {
    if (!statuses.equals(told) && outlet != null) {
      told = statuses;
      outlet.tell(statuses);
    }
  }

  private void wake(Optional<Instant> time) {
    if (time.isPresent() && !time.equals(wakeUp) && outlet != null) {
      outlet.at(
          time.get(),
          () -> submit(() -> step(current -> machine.wokeUp(current, clock.instant()))));
    }
    wakeUp = time;
  }

  private void submit(Runnable work) {
    try {
      executor.execute(
          () -> {
            working = Thread.currentThread();
            work.run();
            working = null;
          });
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the client has stopped; packages are left as they are");
    }
  }
}
