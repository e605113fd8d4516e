package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GatheredBytesTest {
  private final MemoryBudget memory = new MemoryBudget(1_000);
  private final GatheredBytes gathered = new GatheredBytes(memory, 600);

  @Test
  void givesBackWhatCameInWhateverThePieces() throws IOException {
    Random random = new Random(7);
    for (int message = 0; message < 200; message++) {
      byte[] whole = new byte[random.nextInt(600)];
      random.nextBytes(whole);
      ByteBuffer rest = ByteBuffer.wrap(whole);
      while (rest.hasRemaining()) {
        ByteBuffer piece = rest.slice(rest.position(), 1 + random.nextInt(rest.remaining()));
        assertThat(gathered.admits(piece.remaining())).isTrue();
        rest.position(rest.position() + piece.remaining());
        assertThat(gathered.add(piece)).isTrue();
        assertThat(piece.hasRemaining()).isFalse();
        assertThat(memory.used()).isEqualTo(rest.position());
      }
      assertThat(gathered.isEmpty()).isEqualTo(whole.length == 0);
      assertThat(gathered.read().readAllBytes()).isEqualTo(whole);
      assertThat(gathered.take()).isEqualTo(ByteBuffer.wrap(whole));
      assertThat(gathered.isEmpty()).isTrue();
      assertThat(memory.used()).isZero();
    }
  }

  @Test
  void admitsUpToTheLimit() {
    assertThat(gathered.add(ByteBuffer.allocate(599))).isTrue();
    assertThat(gathered.admits(1)).isTrue();
    assertThat(gathered.admits(2)).isFalse();
  }

  @Test
  void whatTheBudgetDoesNotCoverIsNotTouchedAndTheRestIsGivenBackOnce() {
    assertThat(memory.reserve(500)).isTrue();
    assertThat(gathered.add(ByteBuffer.allocate(400))).isTrue();
    ByteBuffer piece = ByteBuffer.wrap(filled(101));
    assertThat(gathered.add(piece)).isFalse();
    assertThat(piece.remaining()).isEqualTo(101);
    assertThat(memory.used()).isEqualTo(900);

    gathered.drop();
    gathered.drop();
    assertThat(memory.used()).isEqualTo(500);
    assertThat(gathered.add(piece)).isTrue();
    assertThat(gathered.take()).isEqualTo(ByteBuffer.wrap(filled(101)));
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 5);
    return bytes;
  }
}
