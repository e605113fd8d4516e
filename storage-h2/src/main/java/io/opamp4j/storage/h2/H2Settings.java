package io.opamp4j.storage.h2;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StorageSetting;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the database is and how many connections use it. There is no user and no password: they
 * would not encrypt the file, so whoever can read it could read everything all the same.
 *
 * @param shownPath the path as configured, for messages
 * @param path the absolute path of the files, without their suffixes
 * @param poolSize connections to the database
 */
record H2Settings(String shownPath, Path path, int poolSize) {
  static final String DEFAULT_PATH = "./data/opamp";

  static final List<StorageSetting> DECLARED =
      List.of(
          new StorageSetting(
              "path", DEFAULT_PATH, "Database file without its suffix .mv.db; made if missing."),
          new StorageSetting("pool-size", "8", "Connections to the database, 1 to 64."));

  H2Settings {
    requireNonNull(shownPath, "shownPath");
    requireNonNull(path, "path");
  }

  static H2Settings from(StorageOptions options) {
    String text = options.text("path");
    Path path = path(text, options);
    return new H2Settings(text, path, options.integer("pool-size", 1, 64));
  }

  Path databaseFile() {
    return beside(".mv.db");
  }

  Path lockFile() {
    return beside(".lock");
  }

  Path blobDirectory() {
    return beside("-blobs");
  }

  private Path beside(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  private static Path path(String text, StorageOptions options) {
    Path fallback = Path.of(DEFAULT_PATH).toAbsolutePath().normalize();
    if (text.isBlank() || text.endsWith("/") || text.endsWith("\\")) {
      options.problem("path", "must end with the name of a file");
      return fallback;
    }
    if (text.indexOf(';') >= 0) {
      options.problem("path", "must not contain ';', which H2 takes for the end of the path");
      return fallback;
    }
    try {
      Path path = Path.of(text).toAbsolutePath().normalize();
      if (path.getFileName() == null) {
        options.problem("path", "must end with the name of a file");
        return fallback;
      }
      return path;
    } catch (InvalidPathException e) {
      options.problem("path", "is not a path: " + e.getReason());
      return fallback;
    }
  }
}
