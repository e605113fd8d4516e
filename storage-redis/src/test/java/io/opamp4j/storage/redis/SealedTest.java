package io.opamp4j.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SealedTest {
  private static final long SEED = 20261122;

  @Test
  void opensWhatItSealed() throws IOException {
    for (int size : new int[] {0, 1, 100, 70_000}) {
      byte[] content = new byte[size];
      new Random(SEED).nextBytes(content);
      assertThat(Sealed.open(Sealed.seal(ByteString.copyFrom(content))))
          .isEqualTo(ByteString.copyFrom(content));
    }
  }

  @Test
  void noticesEveryBitThatFlipped() {
    byte[] sealed = Sealed.seal(ByteString.copyFromUtf8("a record"));
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      byte[] damaged = sealed.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> Sealed.open(damaged))
          .as("bit %d", bit)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void noticesEveryLengthButTheRightOne() {
    byte[] sealed = Sealed.seal(ByteString.copyFromUtf8("a record"));
    for (int length = 0; length <= sealed.length + 2; length++) {
      byte[] damaged = Arrays.copyOf(sealed, length);
      if (length != sealed.length) {
        assertThatThrownBy(() -> Sealed.open(damaged))
            .as("%d bytes", length)
            .isInstanceOf(IOException.class);
      }
    }
  }
}
