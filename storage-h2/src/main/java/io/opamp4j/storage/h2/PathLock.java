package io.opamp4j.storage.h2;

import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second process, and a second instance in this one, away from a database and its blobs. H2
 * has a lock too, but lets the same process in twice and knows nothing of the blobs. The operating
 * system drops the lock when the process dies; the empty file stays, because deleting it would let
 * two newcomers lock two different files of that name.
 */
final class PathLock implements AutoCloseable {
  private final FileChannel channel;

  private PathLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Makes missing directories and takes the lock, without waiting. */
  static PathLock take(H2Settings settings) {
    Path file = settings.lockFile();
    Path directory = file.getParent();
    try {
      if (directory != null) {
        Files.createDirectories(directory);
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(channel) == null) {
        channel.close();
        throw H2Failures.inUse(settings.shownPath(), null);
      }
      return new PathLock(channel);
    } catch (IOException e) {
      throw new StorageException(
          "cannot write the H2 database at " + settings.shownPath() + ": " + H2Failures.reason(e),
          false,
          e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
