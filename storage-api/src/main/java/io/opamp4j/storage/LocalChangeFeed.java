package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The feed of a backend that only one process uses: the document store {@link #publish}es what it
 * wrote, and every listener hears of it in that order, one at a time, on one daemon thread of the
 * feed's own.
 *
 * <p>Bounded: when listeners are so slow that {@value #CAPACITY} changes wait, further ones are
 * dropped until there is room, which {@link ChangeFeed} allows, and the loss is logged once. What a
 * listener throws is logged and dropped; the others are called all the same.
 *
 * <p>Thread-safe.
 */
public final class LocalChangeFeed implements ChangeFeed, AutoCloseable {
  static final int CAPACITY = 10_000;

  private static final System.Logger LOG = System.getLogger(LocalChangeFeed.class.getName());
  private static final long IDLE_SECONDS = 10;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ThreadPoolExecutor executor;
  private volatile boolean closed;
  private volatile boolean dropping;

  /**
   * Starts no thread yet: the first change does.
   *
   * @param name of the backend, for the thread's name
   */
  public LocalChangeFeed(String name) {
    requireNonNull(name, "name");
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(CAPACITY),
            task -> {
              Thread thread = new Thread(task, name + "-change-feed");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Tells the listeners, later. Never blocks and never fails; after {@link #close()} it does
   * nothing.
   */
  public void publish(String kind, String id) {
    Change change = new Change(kind, id);
    if (closed || listeners.isEmpty()) {
      return;
    }
    try {
      executor.execute(() -> deliver(change));
      dropping = false;
    } catch (RejectedExecutionException e) {
      if (!closed && !dropping) {
        dropping = true;
        LOG.log(Level.WARNING, "change listeners are too slow, changes are dropped");
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A call that is being made while the subscription is closed may still come to its end.
   *
   * @throws StorageException if the feed is closed
   */
  @Override
  public Subscription subscribe(Consumer<Change> listener) {
    Listener subscribed = new Listener(requireNonNull(listener, "listener"));
    if (closed) {
      throw new StorageException("the change feed is closed", false, null);
    }
    listeners.add(subscribed);
    return () -> listeners.remove(subscribed);
  }

  /** Drops what was not delivered yet and ends the thread, without waiting for it. Idempotent. */
  @Override
  public void close() {
    closed = true;
    listeners.clear();
    executor.shutdownNow();
  }

  private void deliver(Change change) {
    for (Listener listener : listeners) {
      if (closed) {
        return;
      }
      try {
        listener.consumer.accept(change);
      } catch (Throwable e) {
        LOG.log(Level.ERROR, "a change listener failed on " + change.kind(), e);
        if (e instanceof VirtualMachineError fatal) {
          throw fatal;
        }
      }
    }
  }

  /** Compared by identity, so that the same consumer can be subscribed twice. */
  private static final class Listener {
    private final Consumer<Change> consumer;

    Listener(Consumer<Change> consumer) {
      this.consumer = consumer;
    }
  }
}
