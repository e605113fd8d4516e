package io.opamp4j.server.cluster;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators order a node to send away some of its connections, so that their agents spread
 * over the others anew. Such an order is a document which the node takes once. Thread-safe; methods
 * block.
 */
public final class ShedDesk {
  static final String KIND = "shed";

  private static final Logger log = LoggerFactory.getLogger(ShedDesk.class);

  private final DocumentStore documents;
  private final Membership membership;
  private final NodeDuties duties;

  ShedDesk(DocumentStore documents, Membership membership, NodeDuties duties) {
    this.documents = documents;
    this.membership = membership;
    this.duties = duties;
  }

  /**
   * Orders a node to close so many connections; durable when it returns.
   *
   * @return false if an earlier order still waits for the node
   * @throws StorageException if it cannot be written
   */
  public boolean order(String node, int connections) {
    try {
      documents.put(
          KIND, node, ByteString.copyFromUtf8(Integer.toString(connections)), DocumentStore.ABSENT);
      return true;
    } catch (VersionConflictException e) {
      log.debug("node {} has not taken the last order yet", node);
      return false;
    }
  }

  /** Takes what was ordered for this node, and begins with it. */
  void tick() {
    try {
      Optional<Document> order = documents.find(KIND, membership.self());
      if (order.isPresent()) {
        // First: it may be done once at most.
        documents.remove(KIND, membership.self(), order.get().version());
        int connections = Integer.parseInt(order.get().body().toStringUtf8());
        log.info("{} connections are to look for another node", connections);
        duties.shed(connections);
      }
    } catch (VersionConflictException | NumberFormatException e) {
      log.warn("an order to shed connections is void: {}", e.getMessage());
    } catch (StorageException e) {
      log.debug("orders to shed connections cannot be read: {}", e.getMessage());
    }
  }
}
