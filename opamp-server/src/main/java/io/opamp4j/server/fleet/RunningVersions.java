package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of a configuration agents get, where that is not simply the latest: documents of
 * the kind {@value #KIND}, by the configuration's name. Blocks and throws as {@link DocumentStore}
 * does; thread-safe.
 */
final class RunningVersions {
  static final String KIND = "configuration-running";

  /** Version and time of creation; the latter tells namesakes apart. */
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) (\\S+)");

  private static final int PAGE = 1_000;

  private final DocumentStore documents;

  @Inject
  RunningVersions(DocumentStore documents) {
    this.documents = requireNonNull(documents, "documents");
  }

  RunningVersion of(Configuration latest) {
    return running(latest, documents.find(KIND, latest.name()));
  }

  /** The statements made of any configuration, by its name. */
  Map<String, Document> all() {
    Map<String, Document> all = new HashMap<>();
    Optional<String> after = Optional.empty();
    Page<Document> page;
    do {
      page = documents.list(KIND, after, PAGE);
      for (Document document : page.items()) {
        all.put(document.id(), document);
        after = Optional.of(document.id());
      }
    } while (page.more());
    return all;
  }

  /** What this statement comes to for the configuration as it is. */
  static RunningVersion running(Configuration latest, Optional<Document> said) {
    long unsaid = latest.draft() ? RunningVersion.NONE : latest.version();
    return new RunningVersion(
        said.flatMap(document -> version(latest, document)).orElse(unsaid),
        said.map(Document::version).orElse(DocumentStore.ABSENT));
  }

  /**
   * Says it.
   *
   * @param expectedRevision of the statement being replaced
   * @throws VersionConflictException if another one was made meanwhile
   */
  RunningVersion set(Configuration configuration, long version, long expectedRevision) {
    ByteString body = ByteString.copyFromUtf8(version + " " + configuration.created());
    Document written = documents.put(KIND, configuration.name(), body, expectedRevision);
    return new RunningVersion(version, written.version());
  }

  /** Says nothing any more. */
  void remove(String name) {
    documents
        .find(KIND, name)
        .ifPresent(
            document -> {
              try {
                documents.remove(KIND, name, document.version());
              } catch (VersionConflictException e) {
                // Somebody else says something of this name by now; it is not for us to undo.
              }
            });
  }

  /** Nothing can be read from what was said of an earlier configuration of the same name. */
  private static Optional<Long> version(Configuration latest, Document said) {
    Matcher text = TEXT.matcher(said.body().toStringUtf8());
    if (!text.matches() || !text.group(2).equals(latest.created().toString())) {
      return Optional.empty();
    }
    long version = Long.parseLong(text.group(1));
    return version <= latest.version() ? Optional.of(version) : Optional.empty();
  }
}
