package io.opamp4j.client.packages;

import io.opamp4j.client.disk.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file that is coming, beside the place where it will be. */
final class PartFile implements PackageStore.Incoming {
  private final Path part;
  private final Path whole;
  private final FileChannel channel;
  private long size;

  PartFile(Path part, Path whole) throws IOException {
    this.part = part;
    this.whole = whole;
    if (Files.isSymbolicLink(part)) {
      Files.delete(part);
    }
    channel =
        FileChannel.open(
            part,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            Disk.ownerOnlyFile());
    size = channel.size();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void append(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      size += channel.write(bytes, size);
    }
  }

  @Override
  public void restart() throws IOException {
    channel.truncate(0);
    size = 0;
  }

  @Override
  public InputStream read() throws IOException {
    return Channels.newInputStream(
        FileChannel.open(part, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public void complete() throws IOException {
    channel.force(true);
    channel.close();
    Disk.replace(part, whole);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
