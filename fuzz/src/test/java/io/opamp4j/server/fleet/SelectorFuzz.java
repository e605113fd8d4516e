package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A selector is read and means the same in its canonical text, or its mistake has a column. */
class SelectorFuzz {
  @DictionaryEntries({" in (", " notin (", "!=", "==", "!a"})
  @FuzzTest
  void parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Selector selector;
    try {
      selector = Selector.parse(text);
    } catch (SelectorSyntaxException e) {
      assertThat(e.position()).isBetween(1, text.length() + 1);
      return;
    }
    selector.matches(Map.of("a", "b"));
    String canonical = selector.toString();
    if (canonical.length() <= Selector.MAX_LENGTH) {
      assertThat(Selector.parse(canonical)).isEqualTo(selector);
      assertThat(Selector.parse(canonical).toString()).isEqualTo(canonical);
    }
  }
}
