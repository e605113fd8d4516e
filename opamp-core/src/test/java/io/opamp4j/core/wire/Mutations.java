package io.opamp4j.core.wire;

import java.util.Arrays;
import java.util.Random;

/** Damages bytes the way broken peers do. */
final class Mutations {
  private Mutations() {}

  static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int rounds = 1 + random.nextInt(4);
    for (int round = 0; round < rounds && bytes.length > 0; round++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
          for (int i = bytes.length; i < longer.length; i++) {
            longer[i] = (byte) random.nextInt(256);
          }
          bytes = longer;
        }
        default -> {
          int length = random.nextInt(bytes.length - at) + 1;
          int from = random.nextInt(bytes.length - length + 1);
          byte[] piece = Arrays.copyOfRange(bytes, from, from + length);
          System.arraycopy(piece, 0, bytes, at, length);
        }
      }
    }
    return bytes;
  }
}
