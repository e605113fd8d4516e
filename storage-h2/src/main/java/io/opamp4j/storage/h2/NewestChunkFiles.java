package io.opamp4j.storage.h2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.mvstore.DataUtils;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A file system of H2 that lays itself round another one and mends the header of the database.
 *
 * <p>Every commit is a chunk. After a crash H2 finds the newest by the header, which names some
 * chunk, and from there by the place that each chunk foretells for the next. When a chunk comes to
 * lie elsewhere, the header is written anew; but H2 2.5.252 (and 2.3.232) then puts the chunk before
 * into it, the very one that foretold wrongly. All commits from there on are lost if the process is
 * killed before the header is written again. Here the header gets the chunk that has just been
 * written.
 */
final class NewestChunkFiles {
  /** Goes in front of the path, and of the scheme of the file system inside. */
  static final String SCHEME = "newest";

  private static final int BLOCK = 4_096;

  /** The file begins with two copies of the header. */
  private static final int HEADER = 2 * BLOCK;

  private NewestChunkFiles() {}

  /** Makes the scheme known to H2. May be called again. */
  static void register() {
    FilePath.register(new Files());
  }

  /** Public because H2 makes more of them by reflection. */
  public static final class Files extends FilePathWrapper {
    /** For H2. */
    public Files() {}

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
      return new Channel(getBase().open(mode), toString());
    }
  }

  /** A chunk, by its number, and the first block of its place in the file. */
  private record Chunk(long id, long version, long block) {
    private static final Pattern START = Pattern.compile("chunk:([0-9a-f]+),.*");
    private static final Pattern VERSION = Pattern.compile(".*,version:([0-9a-f]+)[, ].*");
    private static final int LOOKED_AT = 256;

    /** The chunk that these bytes begin with, or null. */
    static @Nullable Chunk at(long position, ByteBuffer bytes) {
      if (position < HEADER || position % BLOCK != 0 || bytes.remaining() < BLOCK) {
        return null;
      }
      byte[] start = new byte[LOOKED_AT];
      bytes.duplicate().get(start);
      String line = new String(start, ISO_8859_1).lines().findFirst().orElse("");
      Matcher id = START.matcher(line);
      Matcher version = VERSION.matcher(line);
      return id.matches() && version.matches()
          ? new Chunk(hex(id.group(1)), hex(version.group(1)), position / BLOCK)
          : null;
    }
  }

  /** H2 writes chunks and header under one lock; reading needs none. */
  private static final class Channel extends FileBaseDefault {
    private static final Pattern NUMBERS =
        Pattern.compile("(?<=,)(block|chunk|version):([0-9a-f]+)");

    private final FileChannel file;
    private final String name;
    private @Nullable Chunk begun;
    private @Nullable Chunk newest;

    Channel(FileChannel file, String name) {
      this.file = file;
      this.name = name;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
      if (position == 0 && source.remaining() == HEADER) {
        ByteBuffer mended = mended(source);
        while (mended.hasRemaining()) {
          file.write(mended, mended.position());
        }
        source.position(source.limit());
        return HEADER;
      }
      Chunk chunk = Chunk.at(position, source);
      if (chunk != null) {
        begun = chunk;
      }
      int written = file.write(source, position);
      if (!source.hasRemaining() && begun != null) {
        // Chunks are also moved; an older one that was is not the newest.
        if (newest == null || begun.id() >= newest.id()) {
          newest = begun;
        }
        begun = null;
      }
      return written;
    }

    private ByteBuffer mended(ByteBuffer header) {
      byte[] bytes = new byte[header.remaining()];
      header.duplicate().get(bytes);
      String line = new String(bytes, 0, BLOCK, ISO_8859_1).lines().findFirst().orElse("");
      int checksum = line.lastIndexOf(",fletcher:");
      Matcher named = Pattern.compile(".*,chunk:([0-9a-f]+),.*").matcher(line);
      Chunk right = newest;
      if (right == null
          || checksum < 0
          || !named.matches()
          || hex(named.group(1)) >= right.id()) {
        return ByteBuffer.wrap(bytes);
      }
      String text =
          NUMBERS
              .matcher(line.substring(0, checksum))
              .replaceAll(
                  number ->
                      number.group(1)
                          + ":"
                          + Long.toHexString(
                              switch (number.group(1)) {
                                case "block" -> right.block();
                                case "chunk" -> right.id();
                                default -> right.version();
                              }));
      byte[] content = text.getBytes(ISO_8859_1);
      String fletcher = Integer.toHexString(DataUtils.getFletcher32(content, 0, content.length));
      byte[] whole = (text + ",fletcher:" + fletcher + "\n").getBytes(ISO_8859_1);
      ByteBuffer mended = ByteBuffer.allocate(HEADER);
      mended.put(0, whole).put(BLOCK, whole);
      return mended;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static long hex(String digits) {
    return Long.parseLong(digits, 16);
  }
}
