package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One file per blob, in a directory beside the database: {@code ab/abcdef…}, named by its SHA-256.
 * Files rather than rows, because the operating system streams and seeks in them without a copy on
 * the heap, an upload holds no connection and no transaction, and the database stays small enough
 * to be compacted.
 *
 * <p>An upload goes to {@code tmp/}, is forced to the disk and then renamed, so a blob under its
 * name is whole. What a killed process left in {@code tmp/} is deleted at the next start, which the
 * database's lock makes safe.
 */
final class FileBlobStore implements BlobStore {
  private static final int CHUNK = 64 * 1024;
  private static final boolean DIRECTORIES_CAN_BE_FORCED = File.separatorChar == '/';

  private final H2Database database;
  private final Path root;
  private final Path uploads;

  /** The directory must have been {@linkplain #prepare prepared}. */
  FileBlobStore(H2Database database, Path root) {
    this.database = database;
    this.root = root;
    this.uploads = uploads(root);
  }

  /** Makes the directory if need be and deletes what interrupted uploads left. */
  static void prepare(Path root) {
    try {
      Files.createDirectories(uploads(root));
      try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(uploads(root))) {
        for (Path leftover : leftovers) {
          Files.delete(leftover);
        }
      }
    } catch (IOException e) {
      throw new StorageException(
          "cannot write the blobs in " + root + ": " + H2Failures.reason(e), false, e);
    }
  }

  @Override
  public Blob put(InputStream content) throws IOException {
    database.requireRoom();
    Path upload = newUpload();
    try {
      Blob blob = write(content, upload);
      database.requireOpen();
      keep(upload, blob);
      return blob;
    } finally {
      discard(upload);
    }
  }

  @Override
  public Optional<Blob> find(ContentHash hash) {
    database.requireOpen();
    try {
      return Optional.of(new Blob(hash, Files.size(file(hash))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw H2Failures.file("read the blob " + hash, e);
    }
  }

  @Override
  public Optional<InputStream> open(ContentHash hash, long offset) {
    database.requireOpen();
    Path file = file(hash);
    try {
      // Not Files.newInputStream: that one is closed by an interrupt of the reading thread.
      FileInputStream in = new FileInputStream(file.toFile());
      try {
        BlobStore.requireOffset(offset, in.getChannel().size());
        in.getChannel().position(offset);
        return Optional.of(in);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (FileNotFoundException e) {
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      throw H2Failures.file("read the blob " + hash, e);
    } catch (IOException e) {
      throw H2Failures.file("read the blob " + hash, e);
    }
  }

  @Override
  public boolean remove(ContentHash hash) {
    database.requireOpen();
    Path file = file(hash);
    try {
      boolean removed = Files.deleteIfExists(file);
      if (removed) {
        forceDirectory(directory(hash));
      }
      return removed;
    } catch (IOException e) {
      throw H2Failures.file("remove the blob " + hash, e);
    }
  }

  @Override
  public Page<Blob> list(Optional<ContentHash> after, int limit) {
    DocumentStore.requireLimit(limit);
    database.requireOpen();
    String above = after.map(ContentHash::toString).orElse("");
    List<Blob> found = new ArrayList<>();
    try {
      for (Path directory : sorted(root, above.substring(0, Math.min(2, above.length())))) {
        for (Path file : directory.equals(uploads) ? List.<Path>of() : sorted(directory, above)) {
          if (name(file).equals(above)) {
            continue;
          }
          if (found.size() == limit) {
            return new Page<>(found, true);
          }
          found.add(new Blob(ContentHash.parse(name(file)), Files.size(file)));
        }
      }
    } catch (IOException e) {
      throw H2Failures.file("list the blobs", e);
    }
    return new Page<>(found, false);
  }

  /** What is in a directory, from this name on, by name. */
  private static List<Path> sorted(Path directory, String from) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> name(entry).compareTo(from) >= 0)
          .sorted(Comparator.comparing(FileBlobStore::name))
          .toList();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static Path uploads(Path root) {
    return root.resolve("tmp");
  }

  private Path newUpload() {
    try {
      return Files.createTempFile(uploads, "upload-", ".part");
    } catch (IOException e) {
      throw H2Failures.file("begin a blob", e);
    }
  }

  /** Only a failure of the given stream is an {@link IOException} of the caller's. */
  private Blob write(InputStream content, Path upload) throws IOException {
    MessageDigest digest = ContentHash.sha256();
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    try (Upload file = Upload.open(upload)) {
      for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
        database.requireRoom();
        digest.update(chunk, 0, n);
        file.append(ByteBuffer.wrap(chunk, 0, n));
        size += n;
      }
      file.force();
    }
    return new Blob(new ContentHash(ByteString.copyFrom(digest.digest())), size);
  }

  private void keep(Path upload, Blob blob) {
    Path directory = directory(blob.hash());
    Path file = file(blob.hash());
    try {
      Files.createDirectories(directory);
      // The same content is not moved over a file that somebody may be reading (Windows refuses).
      if (!Files.exists(file) || Files.size(file) != blob.size()) {
        Files.move(upload, file, StandardCopyOption.ATOMIC_MOVE);
      }
      forceDirectory(directory);
      forceDirectory(root);
    } catch (IOException e) {
      throw H2Failures.file("keep the blob " + blob.hash(), e);
    }
  }

  private static void discard(Path upload) {
    try {
      Files.deleteIfExists(upload);
    } catch (IOException e) {
      throw H2Failures.file("delete an interrupted blob", e);
    }
  }

  private Path directory(ContentHash hash) {
    return root.resolve(hash.toString().substring(0, 2));
  }

  private Path file(ContentHash hash) {
    return directory(hash).resolve(hash.toString());
  }

  /** Makes names in the directory durable; Windows can not open one, and needs not. */
  private static void forceDirectory(Path directory) throws IOException {
    if (DIRECTORIES_CAN_BE_FORCED) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** The file being written; its failures are the store's, so none is an {@link IOException}. */
  private static final class Upload implements AutoCloseable {
    private final FileChannel channel;

    private Upload(FileChannel channel) {
      this.channel = channel;
    }

    static Upload open(Path file) {
      try {
        return new Upload(FileChannel.open(file, StandardOpenOption.WRITE));
      } catch (IOException e) {
        throw H2Failures.file("begin a blob", e);
      }
    }

    void append(ByteBuffer bytes) {
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        throw H2Failures.file("write a blob", e);
      }
    }

    void force() {
      try {
        channel.force(true);
      } catch (IOException e) {
        throw H2Failures.file("write a blob", e);
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw H2Failures.file("write a blob", e);
      }
    }
  }
}
