package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Component catalogues as documents of the kind {@value #KIND}: the message as the agent sent it,
 * under its hash in hexadecimal digits. A catalogue never changes, so each is written once. Blocks
 * and throws as {@link DocumentStore} does.
 */
final class CatalogueStore {
  static final String KIND = "component-catalogue";

  /** What fits into the id of a document. No known agent uses more than 32 bytes. */
  static final int LONGEST_HASH = 127;

  private static final Logger log = LoggerFactory.getLogger(CatalogueStore.class);

  private final DocumentStore documents;

  @Inject
  CatalogueStore(DocumentStore documents) {
    this.documents = documents;
  }

  void write(AvailableComponents catalogue) {
    try {
      documents.put(KIND, id(catalogue.getHash()), catalogue.toByteString(), DocumentStore.ABSENT);
    } catch (VersionConflictException e) {
      log.debug("catalogue {} is there already", id(catalogue.getHash()));
    }
  }

  void remove(ByteString hash) {
    Optional<Document> stored = documents.find(KIND, id(hash));
    if (stored.isPresent()) {
      remove(stored.get());
    }
  }

  /** Gives the catalogue of this document to the reader, if there is one. */
  void read(String documentId, Consumer<AvailableComponents> reader) {
    documents.find(KIND, documentId).ifPresent(document -> read(document, reader));
  }

  /** Gives every catalogue to the reader; removes what is none, since it can be asked for again. */
  void readAll(Consumer<AvailableComponents> reader) {
    documents.each(KIND, document -> read(document, reader));
  }

  private void read(Document document, Consumer<AvailableComponents> reader) {
    try {
      AvailableComponents catalogue = AvailableComponents.parseFrom(document.body());
      if (id(catalogue.getHash()).equals(document.id())) {
        reader.accept(catalogue);
        return;
      }
    } catch (InvalidProtocolBufferException e) {
      log.debug("catalogue {}", document.id(), e);
    }
    log.warn("component catalogue {} cannot be read and is removed", document.id());
    remove(document);
  }

  private void remove(Document document) {
    try {
      documents.remove(KIND, document.id(), document.version());
    } catch (VersionConflictException e) {
      log.debug("catalogue {} was removed by another node", document.id());
    }
  }

  /** What the document of this hash is called. */
  static String id(ByteString hash) {
    return HexFormat.of().formatHex(hash.toByteArray());
  }
}
