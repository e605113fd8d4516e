package io.opamp4j.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the file, taken after a commit, is what a kill at that moment leaves. */
class NewestChunkFilesTest {
  private static final long SEED = 20261122;
  private static final int COMMITS = 400;

  @TempDir Path directory;

  @BeforeEach
  void register() {
    NewestChunkFiles.register();
  }

  @Test
  void everyCommitIsFoundAfterAKill() throws IOException {
    assertThat(commitsLost(file -> NewestChunkFiles.SCHEME + ":" + file)).isZero();
    assertThat(commitsLost(file -> NewestChunkFiles.SCHEME + ":async:" + file)).isZero();
  }

  /** When this fails, H2 does it right by itself, and {@link NewestChunkFiles} can go. */
  @Test
  void h2AloneLosesCommits() throws IOException {
    assertThat(commitsLost(file -> file)).isPositive();
  }

  private int commitsLost(UnaryOperator<String> scheme) throws IOException {
    Path file = directory.resolve("file");
    Path copy = directory.resolve("copy");
    Files.deleteIfExists(file);
    Random random = new Random(SEED);
    int lost = 0;
    try (MVStore store = open(scheme.apply(file.toString()))) {
      MVMap<Integer, byte[]> map = store.openMap("map");
      for (int commit = 1; commit <= COMMITS; commit++) {
        byte[] value = new byte[random.nextInt(20) == 0 ? 60_000 : random.nextInt(9_000)];
        random.nextBytes(value);
        map.put(random.nextInt(20), value);
        map.put(-1, new byte[] {(byte) commit, (byte) (commit >> 8)});
        store.commit();
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        if (read(copy) != commit) {
          lost++;
        }
      }
    }
    return lost;
  }

  private static MVStore open(String file) {
    MVStore store = new MVStore.Builder().fileName(file).autoCommitDisabled().open();
    // So that space is used again, at other places than foretold.
    store.setRetentionTime(0);
    store.setVersionsToKeep(0);
    return store;
  }

  private static int read(Path copy) {
    try (MVStore store = new MVStore.Builder().fileName(copy.toString()).readOnly().open()) {
      byte[] commit = store.<Integer, byte[]>openMap("map").get(-1);
      return commit == null ? 0 : (commit[0] & 0xFF) | (commit[1] & 0xFF) << 8;
    }
  }
}
