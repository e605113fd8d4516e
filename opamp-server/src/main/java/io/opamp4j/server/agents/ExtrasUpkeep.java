package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.storage.ChangeFeed;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, keeps up and stops what {@link AgentExtras} works with. Ticks on one thread, which may
 * wait for storage.
 */
final class ExtrasUpkeep {
  private static final Logger log = LoggerFactory.getLogger(ExtrasUpkeep.class);

  private final Sessions sessions;
  private final AgentWork work;
  private final Catalogues catalogues;
  private final OrderBook book;
  private final OrderUpkeep orders;
  private final ChangeFeed feed;
  private final InstantSource clock;
  private volatile ChangeFeed.@Nullable Subscription subscription;

  @Inject
  ExtrasUpkeep(
      Sessions sessions,
      AgentWork work,
      Catalogues catalogues,
      OrderBook book,
      OrderUpkeep orders,
      ChangeFeed feed,
      InstantSource clock) {
    this.sessions = sessions;
    this.work = work;
    this.catalogues = catalogues;
    this.book = book;
    this.orders = orders;
    this.feed = feed;
    this.clock = clock;
  }

  /** Reads what is stored, once all agents are known and before any connects. Blocks. */
  void start() {
    book.subscribe(this::deliver);
    subscription =
        feed.subscribe(
            change -> {
              if (change.kind().equals(OrderStore.KIND)) {
                orders.hint(change.id());
              } else if (change.kind().equals(CatalogueStore.KIND)) {
                catalogues.hint(change.id());
              }
            });
    catalogues.start(cataloguesInUse());
    orders.reread(clock.instant());
  }

  /** Tells the handlers that they may send. What one throws keeps no other from starting. */
  void start(CustomHandlers handlers, HandlerSender sender) {
    for (CustomMessageHandler handler : handlers.all()) {
      try {
        handler.started(sender);
      } catch (RuntimeException | LinkageError e) {
        log.error("{} failed at the start", handler.getClass().getName(), e);
      }
    }
  }

  /** Time has passed. Blocks. */
  void tick(Instant now) {
    orders.tick(now);
    catalogues.upkeep(now, this::cataloguesInUse);
  }

  /** Writes what is left, when nothing new comes in. Blocks. */
  void stop() {
    ChangeFeed.Subscription open = subscription;
    if (open != null) {
      open.close();
    }
    orders.tick(clock.instant());
    catalogues.upkeep(clock.instant(), this::cataloguesInUse);
  }

  private void deliver(InstanceUid uid) {
    sessions.find(uid).ifPresent(session -> session.mailbox().post(() -> work.deliver(session)));
  }

  private Set<ByteString> cataloguesInUse() {
    Set<ByteString> used = new HashSet<>();
    sessions
        .after(Optional.empty())
        .map(session -> session.now().state().report().getAvailableComponents().getHash())
        .forEach(used::add);
    return used;
  }
}
