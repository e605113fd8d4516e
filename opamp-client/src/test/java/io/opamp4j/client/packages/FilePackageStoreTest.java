package io.opamp4j.client.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of packages, and what others may do to it. */
class FilePackageStoreTest {
  private static final ContentHash X = ContentHash.of(ByteString.copyFromUtf8("x"));
  private static final ContentHash Y = ContentHash.of(ByteString.copyFromUtf8("y"));
  private static final PackageMemory MEMORY =
      PackageMemory.newBuilder()
          .putHeld("p", HeldPackage.newBuilder().setContentHash(X.bytes()).build())
          .build();

  @TempDir Path parent;
  private Path directory;
  private FilePackageStore store;

  @BeforeEach
  void make() {
    directory = parent.resolve("packages");
    store = new FilePackageStore(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void givesBackWhatWasSavedLastAndNothingBefore() throws Exception {
    assertThat(store.load()).isEqualTo(PackageMemory.getDefaultInstance());
    store.save(MEMORY);
    store.close();
    assertThat(store.load()).isEqualTo(MEMORY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  void belongsToOneClientAtATime() throws Exception {
    store.load();
    FilePackageStore second = new FilePackageStore(directory);
    assertThatThrownBy(second::load).isInstanceOf(IOException.class).hasMessageContaining("in use");
    assertThatThrownBy(store::load).as("nor twice").hasMessageContaining("in use");
    store.close();
    assertThat(second.load()).isEqualTo(PackageMemory.getDefaultInstance());
    second.close();
  }

  @Test
  void aFileComesPieceByPieceOverSeveralAttempts() throws Exception {
    store.load();
    put(X, "wrong and more");
    try (PackageStore.Incoming incoming = store.incoming(X)) {
      assertThat(incoming.size()).isEqualTo("wrong and more".length());
      incoming.restart();
      incoming.append(bytes("he"));
    }
    try (PackageStore.Incoming incoming = store.incoming(X)) {
      incoming.append(bytes("llo"));
      try (InputStream in = incoming.read()) {
        assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
      }
      assertThat(store.find(X)).as("not before it is complete").isEmpty();
      incoming.complete();
    }
    assertThat(store.find(X).orElseThrow()).hasContent("hello");
    assertThat(names()).containsExactly(X.toString(), "lock");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve(X.toString()))))
        .isEqualTo("rw-------");
  }

  @Test
  void e48OnlyFilesOfItsOwnAreDeleted() throws Exception {
    store.load();
    store.save(MEMORY);
    put(X, "x");
    complete(X);
    put(X, "again");
    put(Y, "part");
    Files.writeString(directory.resolve("README"), "mine");
    Files.writeString(directory.resolve(X + ".bak"), "mine");
    Files.writeString(directory.resolve(X.toString().toUpperCase(java.util.Locale.ROOT)), "mine");
    Files.createDirectory(directory.resolve(Y.toString()));
    store.keepOnly(Set.of(X));
    assertThat(names())
        .containsExactlyInAnyOrder(
            X.toString(),
            X + ".bak",
            X.toString().toUpperCase(java.util.Locale.ROOT),
            Y.toString(),
            "README",
            "index",
            "lock");
    assertThat(store.find(Y)).as("a directory is no file").isEmpty();
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path outside = Files.writeString(parent.resolve("outside"), "precious");
    store.load();
    Files.createSymbolicLink(directory.resolve(X.toString()), outside);
    assertThat(store.find(X)).isEmpty();
    Files.createSymbolicLink(directory.resolve(X + ".part"), outside);
    put(X, "x");
    complete(X);
    assertThat(store.find(X).orElseThrow()).hasContent("x");
    Files.createSymbolicLink(directory.resolve(Y.toString()), outside);
    store.keepOnly(Set.of());
    assertThat(names()).containsExactly("lock");
    assertThat(outside).hasContent("precious");
  }

  @Test
  void aLinkInPlaceOfTheIndexOrTheLockIsRefused() throws Exception {
    Path outside = Files.writeString(parent.resolve("outside"), "precious");
    Files.createDirectory(directory);
    Files.createSymbolicLink(directory.resolve("index"), outside);
    assertThatThrownBy(store::load).isInstanceOf(IOException.class);
    Files.delete(directory.resolve("index"));
    store.close();
    Files.delete(directory.resolve("lock"));
    Files.createSymbolicLink(directory.resolve("lock"), outside);
    assertThatThrownBy(store::load).isInstanceOf(IOException.class);
    assertThat(outside).hasContent("precious");
  }

  @Test
  void aDamagedIndexIsPutAsideAndTheStoreBeginsAnew() throws Exception {
    store.load();
    store.save(MEMORY);
    store.close();
    Files.writeString(directory.resolve("index"), "damage");
    assertThatThrownBy(store::load).hasMessageContaining("index.damaged");
    assertThat(store.load()).isEqualTo(PackageMemory.getDefaultInstance());
    assertThat(directory.resolve("index.damaged")).hasContent("damage");
  }

  private void put(ContentHash content, String text) throws IOException {
    try (PackageStore.Incoming incoming = store.incoming(content)) {
      incoming.append(bytes(text));
    }
  }

  private void complete(ContentHash content) throws IOException {
    try (PackageStore.Incoming incoming = store.incoming(content)) {
      incoming.complete();
    }
  }

  private TreeSet<String> names() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> list = Files.list(directory)) {
      list.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    return names;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
