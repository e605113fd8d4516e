package io.opamp4j.client.disk;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.Messages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * One message in one file, which only its owner can read. It is replaced whole, and only when the
 * new content is on the disk. A damaged file is put aside under its name with {@code .damaged}, so
 * that nothing is lost that a person could still use. For one thread at a time.
 *
 * @param <M> the message
 */
public final class CheckedFile<M extends MessageLite> {
  private static final byte[] MARK = "opamp4j1".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = 32;

  private final Path file;
  private final Parser<M> parser;

  /** In this file, which need not exist yet. */
  public CheckedFile(Path file, Parser<M> parser) {
    this.file = requireNonNull(file, "file");
    this.parser = requireNonNull(parser, "parser");
  }

  /**
   * What was saved last; empty if nothing was.
   *
   * @throws IOException if it cannot be read, or was damaged and has been put aside
   */
  public Optional<M> load() throws IOException {
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

  /** Replaces what was saved before. If this does not return, the old content is still there. */
  public void save(M message) throws IOException {
    byte[] content = message.toByteArray();
    Path next = beside(".new");
    Files.deleteIfExists(next);
    try (FileChannel channel =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            Disk.ownerOnlyFile())) {
      write(channel, MARK);
      write(channel, ContentHash.of(ByteString.copyFrom(content)).bytes().toByteArray());
      write(channel, content);
      channel.force(true);
    }
    Disk.replace(next, file);
  }

  private M decoded(byte[] bytes) throws MalformedMessageException {
    int start = MARK.length + HASH;
    if (bytes.length < start || !Arrays.equals(MARK, 0, MARK.length, bytes, 0, MARK.length)) {
      throw new MalformedMessageException("it does not begin as it should");
    }
    ByteString content = ByteString.copyFrom(bytes, start, bytes.length - start);
    ByteString hash = ByteString.copyFrom(bytes, MARK.length, HASH);
    if (!ContentHash.of(content).bytes().equals(hash)) {
      throw new MalformedMessageException("the checksum is wrong");
    }
    return Messages.parse(parser, content.asReadOnlyByteBuffer());
  }

  private static void write(FileChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private Path beside(String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }
}
