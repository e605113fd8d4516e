package io.opamp4j.server.agents;

import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.server.fleet.FleetSource;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Orders, custom messages and catalogues of one hub. What may block runs when the hub runs. */
final class ExtrasFixture {
  /** No two hubs make the same ids. */
  private static final AtomicLong SEEDS = new AtomicLong();

  final OrderBook book = new OrderBook();
  final OrderDesk desk;
  final Catalogues catalogues;
  final CustomHandlers handlers;
  final CustomMessages customMessages;
  final NoteStore noteStore;
  final NoteBook noteBook = new NoteBook();
  final NoteUpkeep noteUpkeep;
  final AgentExtras extras;
  final Deque<Runnable> storageWork = new ArrayDeque<>();
  final Deque<Runnable> handlerWork = new ArrayDeque<>();
  ExtrasUpkeep upkeep;
  HandlerSender sender;
  boolean holdsStorageWork;
  boolean holdsHandlerWork;

  private final OrderUpkeep orders;
  private final ChangeFeed feed;

  ExtrasFixture(Stores stores, Claims claims, ManualTime time, CustomMessageHandler... handlers) {
    noteStore = new NoteStore(stores.documents());
    OrderStore store = new OrderStore(stores.documents());
    orders = new OrderUpkeep(store, book);
    feed = stores.changes();
    desk = new OrderDesk(store, book, time, new SplittableRandom(SEEDS.incrementAndGet()));
    catalogues = new Catalogues(new CatalogueStore(stores.documents()), claims, time);
    this.handlers = new CustomHandlers(new LinkedHashSet<>(List.of(handlers)));
    customMessages = new CustomMessages(this.handlers, handlerWork::add, time);
    OrderClaims orderClaims = new OrderClaims(book, store, orders, claims, storageWork::add, time);
    noteUpkeep = new NoteUpkeep(noteStore, noteBook, feed);
    extras = new AgentExtras(catalogues, orderClaims, orders, customMessages, noteBook, noteUpkeep);
  }

  /** Storage of its own, in memory. */
  static Stores memory() {
    return PluginFixture.notDurable(new MemoryStoragePlugin(), Map.of(), "it is a test").open();
  }

  /** The same stores with other documents. */
  static Stores with(Stores stores, DocumentStore documents) {
    return new Stores(
        stores.storage(), stores.agents(), documents, stores.blobs(), stores.changes());
  }

  void start(Sessions sessions, AgentWork work, FleetSource fleet, ManualTime time) {
    upkeep = new ExtrasUpkeep(sessions, work, catalogues, book, orders, feed, time);
    sender = new HandlerSender(sessions, work);
    new NoteDelivery(noteBook, sessions, work, fleet).start();
    upkeep.start();
    upkeep.start(handlers, sender);
  }

  /** Runs one piece of what is not held, if there is any. */
  boolean runSome() {
    Runnable next = holdsStorageWork ? null : storageWork.poll();
    if (next == null && !holdsHandlerWork) {
      next = handlerWork.poll();
    }
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }
}
