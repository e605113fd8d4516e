package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AnyCaseTest {
  /** Letters whose upper or lower forms are ASCII, or are shared, or are more than one. */
  private static final String ODD =
      "aAbBkK\u212AiI\u0130\u0131sS\u017F\u00DF\u1E9E\u00E9\u00C9"
          + "\u03C3\u03C2\u03A3\u01C4\u01C5\u01C6\u00B5\u039C\u03BC-. 1\uD801\uDC00";

  @Test
  void findsWhatComparingAtEveryPlaceFinds() {
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      String value = text(random, random.nextInt(12));
      String wanted = text(random, random.nextInt(4));

      assertThat(new AnyCase(wanted).isIn(value))
          .as("seed %d: '%s' in '%s'", seed, wanted, value)
          .isEqualTo(isInPlainly(wanted, value));
    }
  }

  @Test
  void everyCharacterBeginsWithItselfInEitherCase() {
    for (char c = 1; c < Character.MAX_VALUE; c++) {
      AnyCase wanted = new AnyCase(String.valueOf(c));

      assertThat(wanted.isIn("-" + c)).as("U+%04X", (int) c).isTrue();
      assertThat(wanted.isIn("-" + Character.toUpperCase(c))).as("U+%04X", (int) c).isTrue();
      assertThat(wanted.isIn("-" + Character.toLowerCase(Character.toUpperCase(c))))
          .as("U+%04X", (int) c)
          .isTrue();
    }
  }

  @Test
  void theEmptyTextIsInEverythingAndALongerOneInNothing() {
    assertThat(AnyCase.NOTHING.isEmpty()).isTrue();
    assertThat(AnyCase.NOTHING.isIn("")).isTrue();
    assertThat(new AnyCase("abc").isIn("ab")).isFalse();
    assertThat(new AnyCase("abc").isIn("ABC")).isTrue();
    assertThat(new AnyCase("aab").isIn("AaAB")).isTrue();
  }

  private static boolean isInPlainly(String wanted, String value) {
    for (int at = 0; at <= value.length() - wanted.length(); at++) {
      if (value.regionMatches(true, at, wanted, 0, wanted.length())) {
        return true;
      }
    }
    return false;
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(ODD.charAt(random.nextInt(ODD.length())));
    }
    return text.toString();
  }
}
