package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The versions of a configuration before its latest one, as documents of the kind {@value #KIND}. A
 * version is put here before it is replaced, so a crash in between leaves at most a copy of the
 * latest. Ids carry the time at which the configuration was created: one that was removed and
 * created again begins at version 1 again, and must not find the versions of its namesake. Blocks
 * and throws as {@link DocumentStore} does; thread-safe.
 */
final class ConfigurationHistory {
  static final String KIND = "configuration-version";

  /** Older ones are let go, so that a program that writes for ever does not fill the disk. */
  static final int KEPT = 1_000;

  private static final int PAGE = 500;
  private static final int VERSION_DIGITS = 19;

  private final DocumentStore documents;

  @Inject
  ConfigurationHistory(DocumentStore documents) {
    this.documents = requireNonNull(documents, "documents");
  }

  /** Keeps this version, which is about to be replaced, unless it is kept already. */
  void keep(Configuration configuration, Document document) {
    try {
      documents.restore(
          new Document(
              KIND,
              id(configuration, configuration.version()),
              document.version(),
              document.body(),
              document.modified()));
    } catch (VersionConflictException e) {
      // An earlier attempt got this far. A version never changes, so it is the same.
    }
  }

  /**
   * Lets go of what is too old.
   *
   * @param latest the version just written
   * @param running the version that agents get, which stays
   */
  void prune(Configuration latest, long running) {
    long tooOld = latest.version() - KEPT;
    if (tooOld >= 1 && tooOld != running) {
      forget(id(latest, tooOld));
    }
  }

  /**
   * One version of the configuration, if it is kept.
   *
   * @param latest the configuration as it is
   * @throws UnreadableConfigurationException if it cannot be read
   */
  Optional<Configuration> find(Configuration latest, long version) {
    if (version == latest.version()) {
      return Optional.of(latest);
    }
    return documents
        .find(KIND, id(latest, version))
        .map(document -> decode(latest.name(), document));
  }

  /**
   * Versions, the latest among them, the newest first.
   *
   * @param bound only versions below this one
   * @param limit the most to return
   */
  List<Configuration> below(Configuration latest, long bound, int limit) {
    // Versions are dense but for what was let go, so they can be counted down.
    List<Configuration> found = new ArrayList<>();
    long oldest = Math.max(1, latest.version() - KEPT);
    for (long version = Math.min(bound - 1, latest.version());
        version >= oldest && found.size() < limit;
        version--) {
      find(latest, version).ifPresent(found::add);
    }
    return found;
  }

  /** Lets go of every version of every configuration of this name, past or present. */
  void removeAll(String name) {
    Page<Document> page;
    do {
      page = documents.list(KIND, Optional.of(prefix(name)), PAGE);
      List<Document> own =
          page.items().stream().filter(document -> document.id().startsWith(prefix(name))).toList();
      own.forEach(document -> forget(document.id()));
      if (own.size() < page.items().size()) {
        return;
      }
    } while (page.more());
  }

  private void forget(String id) {
    OptionalLong version = documents.find(KIND, id).stream().mapToLong(Document::version).findAny();
    if (version.isPresent()) {
      try {
        documents.remove(KIND, id, version.getAsLong());
      } catch (VersionConflictException e) {
        // Another node was faster.
      }
    }
  }

  private static Configuration decode(String name, Document document) {
    return ConfigurationDocuments.decode(
        new Document(
            ConfigurationStore.KIND,
            name,
            document.version(),
            document.body(),
            document.modified()));
  }

  private static String id(Configuration configuration, long version) {
    String number = Long.toString(version);
    return prefix(configuration.name())
        + configuration.created()
        + '@'
        + "0".repeat(VERSION_DIGITS - number.length())
        + number;
  }

  /** A name has no {@code @} in it. */
  private static String prefix(String name) {
    return name + '@';
  }
}
