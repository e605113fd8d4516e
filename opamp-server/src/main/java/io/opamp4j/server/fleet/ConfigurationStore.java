package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Configurations as documents of the kind {@value #KIND}. Blocks and throws as {@link
 * DocumentStore} does; thread-safe. A write is durable when it returns, but agents learn of it
 * through {@link FleetEditor} and {@link FleetWatcher}.
 */
final class ConfigurationStore {
  static final String KIND = "configuration";

  private final DocumentStore documents;
  private final ConfigurationHistory history;
  private final InstantSource clock;

  @Inject
  ConfigurationStore(DocumentStore documents, ConfigurationHistory history, InstantSource clock) {
    this.documents = requireNonNull(documents, "documents");
    this.history = requireNonNull(history, "history");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * @throws UnreadableConfigurationException if there is one that cannot be read
   */
  Optional<Configuration> find(String name) {
    return documents.find(KIND, name).map(ConfigurationDocuments::decode);
  }

  /** The current version, whether or not it can be read. */
  Optional<Long> version(String name) {
    return documents.find(KIND, name).map(Document::version);
  }

  /**
   * @param draft see {@link Configuration#draft}
   * @throws VersionConflictException if the name is taken
   */
  Configuration create(String name, ConfigurationSpec spec, boolean draft) {
    return put(name, spec, clock.instant(), draft, DocumentStore.ABSENT);
  }

  /**
   * Writes the next version; the one before it goes into the history.
   *
   * @param draft see {@link Configuration#draft}
   * @throws VersionConflictException if the current version is another one, or there is none
   */
  Configuration replace(String name, ConfigurationSpec spec, boolean draft, long expectedVersion) {
    Document current =
        documents
            .find(KIND, name)
            .filter(document -> document.version() == expectedVersion)
            .orElseThrow(
                () ->
                    new VersionConflictException(
                        KIND, name, expectedVersion, version(name).orElse(DocumentStore.ABSENT)));
    return put(name, spec, keep(current), draft, expectedVersion);
  }

  /**
   * @throws VersionConflictException if the current version is another one, or there is none
   */
  void remove(String name, long expectedVersion) {
    documents.remove(KIND, name, expectedVersion);
  }

  ConfigurationList list(Optional<String> after, int limit) {
    Page<Document> page = documents.list(KIND, after, limit);
    List<Configuration> items = new ArrayList<>();
    List<UnreadableConfigurationException> unreadable = new ArrayList<>();
    for (Document document : page.items()) {
      try {
        items.add(ConfigurationDocuments.decode(document));
      } catch (UnreadableConfigurationException e) {
        unreadable.add(e);
      }
    }
    Optional<String> next =
        page.more() && !page.items().isEmpty()
            ? Optional.of(page.items().get(page.items().size() - 1).id())
            : Optional.empty();
    return new ConfigurationList(items, unreadable, next);
  }

  private Configuration put(
      String name, ConfigurationSpec spec, Instant created, boolean draft, long expectedVersion) {
    Document written =
        documents.put(
            KIND, name, ConfigurationDocuments.encode(spec, created, draft), expectedVersion);
    return new Configuration(
        name,
        written.version(),
        spec,
        ContentHash.of(spec.files()),
        created,
        written.modified(),
        draft);
  }

  /**
   * A document that cannot be read may be overwritten; it is then lost, and with it when the
   * configuration was created.
   *
   * @return when it was created
   */
  private Instant keep(Document document) {
    try {
      Configuration current = ConfigurationDocuments.decode(document);
      history.keep(current, document);
      return current.created();
    } catch (UnreadableConfigurationException e) {
      return clock.instant();
    }
  }
}
