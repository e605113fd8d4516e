package io.opamp4j.ctl.configs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder that files may be read from, and nothing outside it: who writes a configuration must not
 * be able to send the files of the machine that applies it to a fleet.
 */
final class Folder {
  /** What the server takes at most, and more than a configuration ever needs. */
  static final int LARGEST_FILE = 16 << 20;

  private final Path root;

  /**
   * @param root as it really is, without links
   */
  private Folder(Path root) {
    this.root = root;
  }

  static Folder of(Path path) throws IOException {
    return new Folder(path.toRealPath());
  }

  Path root() {
    return root;
  }

  /**
   * Reads a file that is named relative to another one.
   *
   * @param beside the file that names it
   * @return null if it was refused, with the reason among the problems
   */
  byte @Nullable [] read(Path beside, String reference, String place, Problems problems) {
    try {
      Path named = Path.of(reference);
      Path folder = beside.toAbsolutePath().getParent();
      if (named.isAbsolute() || folder == null) {
        problems.add(place, "must be relative to this file, not '" + reference + "'");
        return null;
      }
      Path real = folder.resolve(named).toRealPath();
      if (!real.startsWith(root)) {
        problems.add(place, "'" + reference + "' is outside " + root);
        return null;
      }
      return bytes(real, place, "'" + reference + "'", problems);
    } catch (NoSuchFileException e) {
      problems.add(place, "there is no file '" + reference + "'");
    } catch (InvalidPathException | IOException e) {
      problems.add(place, "'" + reference + "' cannot be read: " + e);
    }
    return null;
  }

  /** Reads an ordinary file of bounded size; null if it was refused. */
  static byte @Nullable [] bytes(Path file, String place, String name, Problems problems)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      problems.add(place, name + " is not a file");
      return null;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
      if (bytes.length > LARGEST_FILE) {
        problems.add(place, name + " is larger than " + (LARGEST_FILE >> 20) + " MiB");
        return null;
      }
      return bytes;
    }
  }
}
