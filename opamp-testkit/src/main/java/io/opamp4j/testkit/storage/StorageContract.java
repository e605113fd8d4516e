package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage.Check;
import io.opamp4j.storage.StorageException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every {@link io.opamp4j.storage.Storage} must do. */
public abstract class StorageContract extends StoreContract {

  @Test
  void isWellWhenOpened() {
    assertThat(stores.storage().check()).isEqualTo(Check.OK);
  }

  @Test
  void describesItselfInOneLine() {
    assertThat(stores.storage().description()).isNotBlank().doesNotContain("\n");
  }

  @Test
  void saysThatItIsClosedAndWhy() {
    stores.storage().close();
    Check check = stores.storage().check();

    assertThat(check.ok()).isFalse();
    assertThat(check.message()).isNotBlank().doesNotContain("\n");
    assertThat(stores.storage().description()).isNotBlank();
  }

  @Test
  void closesOnceHoweverOftenAsked() throws Exception {
    together(
        4,
        thread ->
            () -> {
              stores.storage().close();
              return null;
            });
    stores.storage().close();
    assertThat(stores.storage().check().ok()).isFalse();
  }

  @Test
  void writersAtWorkWhileItClosesSucceedOrFailWithAStorageException() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    together(
        3,
        thread ->
            () -> {
              if (thread == 0) {
                stores.documents().put("k", "by-closer", ByteString.EMPTY, DocumentStore.ABSENT);
                stores.storage().close();
                closed.set(true);
                return null;
              }
              for (long version = DocumentStore.ABSENT; !closed.get(); version++) {
                try {
                  stores.documents().put("k", "by-" + thread, ByteString.EMPTY, version);
                } catch (StorageException e) {
                  return null;
                }
              }
              return null;
            });
    assertClosed(() -> stores.documents().find("k", "by-closer"));
  }

  /** A server that shuts down interrupts its workers; that must not take the store with it. */
  @Test
  void anInterruptedCallerHarmsNobodyElse() throws Exception {
    for (int round = 0; round < 20; round++) {
      String id = "interrupted-" + round;
      Thread writer =
          new Thread(
              () -> {
                for (long version = DocumentStore.ABSENT; version < 50; version++) {
                  try {
                    stores.documents().put("k", id, ByteString.EMPTY, version);
                  } catch (StorageException e) {
                    return;
                  }
                }
              });
      writer.start();
      while (writer.isAlive() && stores.documents().find("k", id).isEmpty()) {
        Thread.onSpinWait();
      }
      writer.interrupt();
      writer.join();

      assertThat(stores.documents().put("k", "after-" + round, ByteString.EMPTY, 0).version())
          .isEqualTo(1);
      assertThat(stores.storage().check()).isEqualTo(Check.OK);
    }
  }

  @Test
  void canBeReopened() {
    reopenDurable();
    assertThat(stores.storage().check()).isEqualTo(Check.OK);
  }
}
