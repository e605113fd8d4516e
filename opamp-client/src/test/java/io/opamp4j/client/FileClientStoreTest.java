package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.OpAMPConnectionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClientStoreTest {
  private static final ClientMemory MEMORY =
      ClientMemory.newBuilder()
          .setInstanceUid(Messages.UID.toBytes())
          .setSequenceCeiling(-5)
          .setSettings(OpAMPConnectionSettings.newBuilder().setDestinationEndpoint("wss://x/"))
          .build();

  @TempDir Path directory;
  private Path file;
  private ClientStore store;

  @BeforeEach
  void make() {
    file = directory.resolve("agent.memory");
    store = new FileClientStore(file);
  }

  @Test
  void givesBackWhatWasSavedLastAndNothingBefore() throws Exception {
    assertThat(store.load()).isEmpty();
    store.save(MEMORY);
    store.save(MEMORY.toBuilder().setSequenceCeiling(7).build());
    assertThat(new FileClientStore(file).load().orElseThrow().getSequenceCeiling()).isEqualTo(7);
    assertThat(directory.toFile().list()).containsExactly("agent.memory");
  }

  @Test
  void onlyTheOwnerMayReadIt() throws Exception {
    store.save(MEMORY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void anyDamageIsNoticedAndPutAside() throws Exception {
    store.save(MEMORY);
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 1;
      assertDamaged(flipped);
      assertDamaged(Arrays.copyOf(whole, i));
    }
    assertDamaged(Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void aCrashWhileSavingLeavesTheOldMemory() throws Exception {
    store.save(MEMORY);
    Files.write(directory.resolve("agent.memory.new"), new byte[] {1, 2, 3});
    assertThat(new FileClientStore(file).load()).contains(MEMORY);
    store.save(MEMORY);
    assertThat(store.load()).contains(MEMORY);
  }

  @Test
  void aPlaceThatCannotWorkIsRefusedAtOnce() {
    Path nowhere = directory.resolve("no/such/file");
    assertThatThrownBy(() -> new FileClientStore(nowhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(nowhere.toString());
    assertThatThrownBy(() -> new FileClientStore(directory))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertDamaged(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    assertThatThrownBy(() -> store.load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("agent.memory.damaged");
    assertThat(Files.readAllBytes(directory.resolve("agent.memory.damaged"))).isEqualTo(bytes);
    assertThat(store.load()).isEmpty();
  }
}
