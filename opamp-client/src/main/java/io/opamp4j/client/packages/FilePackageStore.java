package io.opamp4j.client.packages;

import static java.util.Objects.requireNonNull;

import io.opamp4j.client.disk.CheckedFile;
import io.opamp4j.client.disk.Disk;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.PackageMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory. In it are {@code index}, which says what is installed; for each content a file named
 * by its SHA-256; files that are still coming, with {@code .part}; and {@code lock}, which keeps a
 * second process out. Other files in it are left alone, and links in it are not followed.
 */
public final class FilePackageStore implements PackageStore {
  private static final Pattern OURS = Pattern.compile("[0-9a-f]{64}(\\.part)?");

  private final Path directory;
  private final CheckedFile<PackageMemory> index;
  private @Nullable FileChannel lock;
  private boolean inUse;

  /**
   * A store in this directory, which is made when it is needed; the one it is in must exist.
   *
   * @throws IllegalArgumentException if that does not exist, or there is a file of this name
   */
  public FilePackageStore(Path directory) {
    this.directory = requireNonNull(directory, "directory").toAbsolutePath();
    Path parent = this.directory.getParent();
    boolean possible = parent == null || Files.isDirectory(parent);
    if (!possible || (Files.exists(this.directory) && !Files.isDirectory(this.directory))) {
      throw new IllegalArgumentException("packages cannot be kept in " + this.directory);
    }
    this.index = new CheckedFile<>(this.directory.resolve("index"), PackageMemory.parser());
  }

  @Override
  public PackageMemory load() throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory, Disk.ownerOnlyDirectory());
    }
    if (inUse) {
      throw new IOException("the packages in " + directory + " are in use by another client");
    }
    if (lock == null) {
      lock = lock();
    }
    if (Files.isSymbolicLink(directory.resolve("index"))) {
      throw new IOException("the index of the packages in " + directory + " is a link");
    }
    PackageMemory memory = index.load().orElse(PackageMemory.getDefaultInstance());
    inUse = true;
    return memory;
  }

  @Override
  public void save(PackageMemory memory) throws IOException {
    index.save(memory);
  }

  @Override
  public Optional<Path> find(ContentHash content) {
    return Optional.of(whole(content))
        .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public Incoming incoming(ContentHash content) throws IOException {
    return new PartFile(part(content), whole(content));
  }

  @Override
  public void keepOnly(Set<ContentHash> contents) throws IOException {
    Set<Path> kept = new HashSet<>();
    contents.forEach(content -> kept.add(whole(content)));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        boolean ours = OURS.matcher(String.valueOf(file.getFileName())).matches();
        if (ours && !kept.contains(file) && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of the packages stays", e);
    } finally {
      lock = null;
      inUse = false;
    }
  }

  private FileChannel lock() throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            Disk.ownerOnlyFile());
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Another client of this process has it, which is the same to us.
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new IOException("the packages in " + directory + " are in use by another client");
    }
    return channel;
  }

  private Path whole(ContentHash content) {
    return directory.resolve(content.toString());
  }

  private Path part(ContentHash content) {
    return directory.resolve(content + ".part");
  }
}
