package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.ChangeFeed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's {@link FleetView} in step with the store: reads everything at {@link #start},
 * and again after a hint of the {@link ChangeFeed}, on {@link #refresh} and, because hints may be
 * lost, every {@link #REREAD_INTERVAL}. Any number of requests that come before a read has begun
 * share it. A view is replaced only if something differs.
 *
 * <p>Reads and notifications happen on the executor, one at a time. Thread-safe. Listeners must not
 * wait for {@link #refresh}: they run inside one.
 */
@Singleton
public final class FleetWatcher implements FleetSource, AutoCloseable {
  /** The longest that a change whose hint was lost goes unnoticed. */
  public static final Duration REREAD_INTERVAL = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(FleetWatcher.class);

  private final FleetReader reader;
  private final ChangeFeed feed;
  private final ExecutorService executor;
  private final List<Consumer<FleetView>> listeners = new CopyOnWriteArrayList<>();

  /** Held while reading and notifying, so that views are seen in order whatever the executor is. */
  private final Object turn = new Object();

  private final Object lock = new Object();
  // guarded by lock
  private @Nullable CompletableFuture<FleetView> pending;
  private ChangeFeed.@Nullable Subscription subscription;
  private Instant nextReread = Instant.MIN;

  // written while holding turn
  private volatile Fleet current = Fleet.EMPTY;

  /**
   * @param executor runs reads and notifications; owned by the watcher, which shuts it down
   */
  @Inject
  FleetWatcher(
      FleetReader reader, ChangeFeed feed, @FleetModule.FleetThread ExecutorService executor) {
    this.reader = requireNonNull(reader, "reader");
    this.feed = requireNonNull(feed, "feed");
    this.executor = requireNonNull(executor, "executor");
  }

  /**
   * Reads all configurations, on this thread, and begins to follow changes. Call once.
   *
   * @throws io.opamp4j.storage.StorageException if they cannot be read; the server must not start
   *     with a fleet that is empty by mistake
   */
  public void start() {
    // Subscribing first: a change between reading and subscribing would otherwise be missed.
    ChangeFeed.Subscription opened =
        feed.subscribe(
            change -> {
              if (FleetReader.isAbout(change.kind())) {
                refresh();
              }
            });
    synchronized (lock) {
      subscription = opened;
    }
    synchronized (turn) {
      swap(reader.read());
    }
    LOG.info("{} configurations loaded", current.size());
  }

  /**
   * Re-reads the store if {@link #REREAD_INTERVAL} has passed since this last did. To be called
   * regularly by a scheduler; returns at once.
   */
  public void tick(Instant now) {
    synchronized (lock) {
      if (now.isBefore(nextReread)) {
        return;
      }
      nextReread = now.plus(REREAD_INTERVAL);
    }
    refresh();
  }

  /**
   * Reads the store again, soon. The result completes when a read that began after this call is
   * over, {@link #current} tells what it found and every listener has been called. If the store
   * fails, that is logged and the result is the view as it was.
   */
  public CompletionStage<FleetView> refresh() {
    CompletableFuture<FleetView> result;
    synchronized (lock) {
      if (pending != null) {
        return pending;
      }
      result = new CompletableFuture<>();
      pending = result;
    }
    try {
      executor.execute(() -> reread(result));
    } catch (RejectedExecutionException e) {
      LOG.debug("no re-read: the watcher is closed");
      begun();
      result.complete(current);
    }
    return result;
  }

  @Override
  public FleetView current() {
    return current;
  }

  /** The rollouts that are laid over configurations, running or over, as of now. */
  public List<ConfigurationRollout> rollouts() {
    return current.overlays().stream().map(Overlay::rollout).toList();
  }

  /**
   * Whom a rollout concerns, as of now: the same instance until the fleet changes. Empty if this
   * node does not know of it yet, or it is not about what agents get any more; then nothing can be
   * said of its agents, least of all that there are none.
   */
  public Optional<Audience> audience(ConfigurationRollout rollout) {
    return current.audience(rollout);
  }

  /**
   * Whom a rollout would concern, as of now.
   *
   * @param newer the version that agents are to get
   * @param selectors of the stages but the last
   */
  public Audience audience(Configuration newer, List<Selector> selectors) {
    return new Audience(current, newer, reader.wanted(newer), selectors);
  }

  @Override
  public void pinned(ConfigurationRef version) {
    if (!current.hasFixed(version)) {
      refresh();
    }
  }

  @Override
  public void subscribe(Consumer<FleetView> listener) {
    listeners.add(requireNonNull(listener, "listener"));
  }

  /** Stops following changes; {@link #current} stays. Idempotent. */
  @Override
  public void close() {
    ChangeFeed.Subscription open;
    synchronized (lock) {
      open = subscription;
      subscription = null;
    }
    if (open != null) {
      open.close();
    }
    executor.shutdown();
  }

  private void reread(CompletableFuture<FleetView> result) {
    synchronized (turn) {
      begun();
      try {
        swap(reader.read());
      } catch (RuntimeException e) {
        LOG.warn("configurations could not be read; those read before stay in use", e);
      } finally {
        result.complete(current);
      }
    }
  }

  /** From here on, what is asked for needs a read of its own. */
  private void begun() {
    synchronized (lock) {
      pending = null;
    }
  }

  private void swap(Fleet next) {
    if (next.sameAs(current)) {
      return;
    }
    current = next;
    for (Consumer<FleetView> listener : listeners) {
      try {
        listener.accept(next);
      } catch (RuntimeException e) {
        LOG.error("a listener to changes of the fleet failed", e);
      }
    }
  }
}
