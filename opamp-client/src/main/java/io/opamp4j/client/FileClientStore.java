package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.ClientMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * One file, which only its owner can read. It is replaced whole, and only when the new content is
 * on the disk. A damaged file is put aside under its name with {@code .damaged}, so that nothing is
 * lost that a person could still use.
 */
public final class FileClientStore implements ClientStore {
  private static final byte[] MARK = "opamp4j1".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = 32;

  private final Path file;

  /**
   * A store in this file, which need not exist yet; its directory must.
   *
   * @throws IllegalArgumentException if the directory does not exist
   */
  public FileClientStore(Path file) {
    this.file = requireNonNull(file, "file").toAbsolutePath();
    Path directory = this.file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new IllegalArgumentException("the directory of the store does not exist: " + this.file);
    }
    if (Files.isDirectory(this.file)) {
      throw new IllegalArgumentException("the store is a file, not a directory: " + this.file);
    }
  }

  @Override
  public Optional<ClientMemory> load() throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    try {
      return Optional.of(decoded(bytes));
    } catch (MalformedMessageException e) {
      Path aside = beside(".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      throw new IOException(
          "what the client remembered is damaged; it was moved to " + aside + ": " + e.getMessage(),
          e);
    }
  }

  @Override
  public void save(ClientMemory memory) throws IOException {
    byte[] content = memory.toByteArray();
    Path next = beside(".new");
    Files.deleteIfExists(next);
    try (FileChannel channel =
        FileChannel.open(
            next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
      write(channel, MARK);
      write(channel, ContentHash.of(ByteString.copyFrom(content)).bytes().toByteArray());
      write(channel, content);
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory();
  }

  private static ClientMemory decoded(byte[] bytes) throws MalformedMessageException {
    int start = MARK.length + HASH;
    if (bytes.length < start || !Arrays.equals(MARK, 0, MARK.length, bytes, 0, MARK.length)) {
      throw new MalformedMessageException("it does not begin as it should");
    }
    ByteString content = ByteString.copyFrom(bytes, start, bytes.length - start);
    ByteString hash = ByteString.copyFrom(bytes, MARK.length, HASH);
    if (!ContentHash.of(content).bytes().equals(hash)) {
      throw new MalformedMessageException("the checksum is wrong");
    }
    return Messages.parse(ClientMemory.parser(), content.asReadOnlyByteBuffer());
  }

  private static void write(FileChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** The new name must be on the disk, too. Windows cannot do that, and needs not. */
  private void forceDirectory() throws IOException {
    if (isPosix()) {
      try (FileChannel directory =
          FileChannel.open(requireNonNull(file.getParent()), StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  private Path beside(String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
