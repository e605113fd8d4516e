package io.opamp4j.ctl.configs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTextTest {
  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | ``",
        "`  ` | ``",
        "env=prod | env=prod",
        "env == prod | env=prod",
        "b , ! a ,c!=\"x\" | !a,b,c!=x",
        "region in (us, eu,us) | region in (eu,us)",
        "region in (us) | region=us",
        "region  notin( us ,eu) | region notin (eu,us)",
        "a notin (x) | a!=x",
        "a=\"x y\" | a=\"x y\"",
        "a=\"\" | a=\"\"",
        "a=\"q\\\"b\\\\\" | a=\"q\\\"b\\\\\"",
        "a in (\"x,y\",b) | a in (b,\"x,y\")",
        "a=1,a=1 | a=1",
        "service.name=web/x:1 | service.name=web/x:1",
        "in in (in) | in=in",
        "notin | notin",
      })
  void spellingsOfOneSelectorAreOne(String written, String canonical) {
    assertThat(SelectorText.canonical(written)).isEqualTo(canonical);
    assertThat(SelectorText.canonical(canonical)).isEqualTo(canonical);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a,",
        ",a",
        "a in (",
        "a in ()",
        "a in (b,)",
        "a=b c",
        "a=\"b",
        "a==",
        "=a",
        "a b",
        "!!a",
        "a in b",
        "a<b",
        "ä=b",
      })
  void whatIsNoSelectorIsLeftForTheServerToJudge(String text) {
    assertThat(SelectorText.canonical(text)).isEqualTo(text);
  }
}
