package io.opamp4j.storage;

import java.util.function.Consumer;

/**
 * Tells that a document changed, on this node or another. A hint: it may come twice, late, or not
 * at all, and never says what the document now is. Whoever must not miss a change also re-reads the
 * store.
 */
public interface ChangeFeed {

  /**
   * Calls the listener after each change, on a thread of the backend's; the listener must return
   * quickly and what it throws is logged and dropped.
   *
   * @return closing it ends the subscription
   */
  Subscription subscribe(Consumer<Change> listener);

  /** A running subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * A document was written or removed.
   *
   * @param kind of the document
   * @param id of the document
   */
  record Change(String kind, String id) {}
}
