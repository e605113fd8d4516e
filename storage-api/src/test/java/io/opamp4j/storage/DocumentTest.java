package io.opamp4j.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
  private static final String GRIN = Character.toString(0x1F600);

  @Test
  void ordersIdsByCodePointNotByUtf16Unit() {
    assertThat(Document.ID_ORDER.compare("\uFF5E", GRIN)).isNegative();
    assertThat("\uFF5E".compareTo(GRIN)).as("why an order of our own is needed").isPositive();
    assertThat(Document.ID_ORDER.compare("a", "ab")).isNegative();
    assertThat(Document.ID_ORDER.compare(GRIN, GRIN)).isZero();
  }

  @Test
  void idOrderIsTheOrderOfUtf8Bytes() {
    long seed = 20261122;
    Random random = new Random(seed);
    int[] alphabet = {0, 'a', 'Z', 0x7F, 0x80, 0x7FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
    for (int i = 0; i < 10_000; i++) {
      String left = randomText(random, alphabet);
      String right = randomText(random, alphabet);
      int bytes = Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8));
      assertThat(Integer.signum(Document.ID_ORDER.compare(left, right)))
          .as("seed %s round %s", seed, i)
          .isEqualTo(Integer.signum(bytes));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Upper", "under_score", "sp ace", "ümlaut", "a/b", "a\n"})
  void refusesAKindOutsideItsAlphabet(String kind) {
    assertThatThrownBy(() -> Document.requireKind(kind))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\uD800", "a\uDC00b", "\uDC00\uD800"})
  void refusesAnIdThatIsEmptyOrHasNoUtf8Form(String id) {
    assertThatThrownBy(() -> Document.requireKey("kind", id))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lengthsAreBounded() {
    assertThatCode(() -> Document.requireKey("k".repeat(64), "i".repeat(255)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Document.requireKey("k".repeat(65), "i"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Document.requireKey("k", "i".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cutsTheTimeToMilliseconds() {
    Document document =
        new Document("k", "i", 1, ByteString.EMPTY, Instant.parse("2026-01-02T03:04:05.678912Z"));
    assertThat(document.modified()).isEqualTo("2026-01-02T03:04:05.678Z");
  }

  private static String randomText(Random random, int[] alphabet) {
    return random
        .ints(random.nextInt(4), 0, alphabet.length)
        .map(i -> alphabet[i])
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
