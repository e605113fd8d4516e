package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders as documents of the kind {@value #KIND}. Every write is a compare-and-set, which is what
 * makes an order leave at most once, on whichever node. Blocks and throws as {@link DocumentStore}
 * does; thread-safe.
 */
final class OrderStore {
  static final String KIND = "order";

  private static final int PAGE = 500;
  private static final Logger log = LoggerFactory.getLogger(OrderStore.class);

  private final DocumentStore documents;

  @Inject
  OrderStore(DocumentStore documents) {
    this.documents = documents;
  }

  /** The order; empty if there is none, or none that can be read. */
  Optional<Order> find(InstanceUid agent, String id) {
    return documents.find(KIND, OrderDocuments.id(agent, id)).flatMap(OrderStore::read);
  }

  /** The order kept in this document. */
  Optional<Order> find(String documentId) {
    return documents.find(KIND, documentId).flatMap(OrderStore::read);
  }

  /**
   * Writes an order that is not kept yet.
   *
   * @throws VersionConflictException if there is one of this id
   */
  Order create(Order order) {
    return put(order, DocumentStore.ABSENT);
  }

  /**
   * Writes the order over the version it names.
   *
   * @throws VersionConflictException if that is no longer the version
   */
  Order replace(Order order) {
    return put(order, order.version());
  }

  /**
   * Removes the order at the version it names.
   *
   * @throws VersionConflictException if that is no longer the version
   */
  void remove(Order order) {
    documents.remove(KIND, OrderDocuments.id(order.agent(), order.id()), order.version());
  }

  /** One page of an agent's orders, in ascending order of id. */
  Page<Order> list(InstanceUid agent, Optional<String> after, int limit) {
    String prefix = OrderDocuments.prefix(agent);
    // One more than fits tells whether this agent has more.
    Page<Document> page = documents.list(KIND, Optional.of(prefix + after.orElse("")), limit + 1);
    List<Document> own =
        page.items().stream().filter(document -> document.id().startsWith(prefix)).toList();
    return new Page<>(
        own.stream().limit(limit).map(OrderStore::read).flatMap(Optional::stream).toList(),
        own.size() > limit);
  }

  /** Gives every order of every agent to the reader. */
  void readAll(Consumer<Order> reader) {
    documents.each(KIND, document -> read(document).ifPresent(reader));
  }

  /** Gives every order of one agent to the reader. */
  void readAll(InstanceUid agent, Consumer<Order> reader) {
    String prefix = OrderDocuments.prefix(agent);
    Optional<String> after = Optional.of(prefix);
    boolean more = true;
    while (more) {
      Page<Document> page = documents.list(KIND, after, PAGE);
      for (Document document : page.items()) {
        if (!document.id().startsWith(prefix)) {
          return;
        }
        after = Optional.of(document.id());
        read(document).ifPresent(reader);
      }
      more = page.more();
    }
  }

  private Order put(Order order, long expectedVersion) {
    Document written =
        documents.put(
            KIND,
            OrderDocuments.id(order.agent(), order.id()),
            OrderDocuments.encode(order),
            expectedVersion);
    return order.at(written.version());
  }

  private static Optional<Order> read(Document document) {
    try {
      return Optional.of(OrderDocuments.decode(document));
    } catch (IllegalArgumentException e) {
      log.debug("order {} cannot be read: {}", document.id(), e.getMessage());
      return Optional.empty();
    }
  }
}
