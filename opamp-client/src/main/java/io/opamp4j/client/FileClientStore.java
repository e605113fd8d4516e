package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.disk.CheckedFile;
import io.opamp4j.proto.ClientMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One file, which only its owner can read. It is replaced whole, and only when the new content is
 * on the disk. A damaged file is put aside under its name with {@code .damaged}, so that nothing is
 * lost that a person could still use.
 */
public final class FileClientStore implements ClientStore {
  private final CheckedFile<ClientMemory> kept;

  /**
   * A store in this file, which need not exist yet; its directory must.
   *
   * @throws IllegalArgumentException if the directory does not exist
   */
  public FileClientStore(Path file) {
    Path absolute = requireNonNull(file, "file").toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new IllegalArgumentException("the directory of the store does not exist: " + absolute);
    }
    if (Files.isDirectory(absolute)) {
      throw new IllegalArgumentException("the store is a file, not a directory: " + absolute);
    }
    kept = new CheckedFile<>(absolute, ClientMemory.parser());
  }

  @Override
  public Optional<ClientMemory> load() throws IOException {
    return kept.load();
  }

  @Override
  public void save(ClientMemory memory) throws IOException {
    kept.save(memory);
  }
}
