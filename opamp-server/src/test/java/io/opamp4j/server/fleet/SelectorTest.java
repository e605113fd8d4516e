package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // selector | labels | matches
        "''|''|true",
        "'  '|a=1|true",
        "env=prod|env=prod|true",
        "env==prod|env=prod|true",
        "env = prod|env=prod|true",
        "env=prod|env=dev|false",
        "env=prod|''|false",
        "env=Prod|env=prod|false",
        "env!=prod|env=dev|true",
        "env!=prod|env=prod|false",
        "env!=prod|''|true",
        "env in (eu,us)|env=us|true",
        "env in(eu , us)|env=eu|true",
        "env in (eu,us)|env=asia|false",
        "env in (eu,us)|''|false",
        "env notin (eu,us)|env=asia|true",
        "env notin (eu,us)|env=eu|false",
        "env notin (eu,us)|''|true",
        "canary|canary=|true",
        "canary|''|false",
        "!canary|''|true",
        "! canary|canary=false|false",
        "env=|env=|true",
        "env=|''|false",
        "env=,canary|env=;canary=1|true",
        "env!=|env=|false",
        "env=prod,!canary|env=prod|true",
        "env=prod,!canary|env=prod;canary=1|false",
        "service.name=otelcol-contrib|service.name=otelcol-contrib|true",
        "app.kubernetes.io/name=a_b|app.kubernetes.io/name=a_b|true",
        "path=/var/log:x|path=/var/log:x|true",
        "os=\"Ubuntu 22.04 (LTS), x\"|os=Ubuntu 22.04 (LTS), x|true",
        "q=\"a\\\"b\\\\c\"|q=a\"b\\c|true",
        "in=notin|in=notin|true",
        "notin in (in)|notin=in|true",
        "größe|''|error",
      })
  void followsTheGrammarAndMeaningOfKubernetes(String text, String labels, String expected) {
    if (expected.equals("error")) {
      assertThatExceptionOfType(SelectorSyntaxException.class)
          .isThrownBy(() -> Selector.parse(text));
      return;
    }
    assertThat(Selector.parse(text).matches(labels(labels)))
        .as("%s on %s", text, labels)
        .isEqualTo(Boolean.parseBoolean(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // selector | column | words of the message
        "=prod|1|expected a key",
        "env prod|5|after 'env', found 'p'",
        "env=a b|7|expected ',' or the end, found 'b'",
        "env=prod,|10|expected a key (letters, digits, '.', '-', '_' and '/'), found the end",
        "env=prod,,x|10|expected a key",
        ",|1|expected a key",
        "!|2|expected a key",
        "!env=prod|5|expected ',' or the end, found '='",
        "env in eu|8|expected '(', found 'e'",
        "env in|7|expected '(', found the end",
        "env in ()|9|expected a value",
        "env in (eu|11|expected ',' or ')', found the end",
        "env in (eu us)|12|expected ',' or ')', found 'u'",
        "env in (eu,)|12|expected a value",
        "env inx (eu)|5|found 'i'",
        "env=(a)|5|expected a value",
        "env===a|6|expected a value",
        "env!prod|4|found '!'",
        "env>5|4|found '>'",
        "env=\"abc|5|this quote is never closed",
        "env=\"a\\n\"|8|after '\\', found 'n'",
        "a=\uD83D\uDE00,b=\uD83D\uDE00 x|9|found 'x'",
        "a$b|2|found '$'",
      })
  void tellsWhereASyntaxErrorIs(String text, int column, String words) {
    assertThatExceptionOfType(SelectorSyntaxException.class)
        .isThrownBy(() -> Selector.parse(text))
        .withMessageContaining(words)
        .withMessageStartingWith("column " + column + ": ")
        .satisfies(e -> assertThat(e.position()).isEqualTo(column));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "b==2 , a in (z,y,z)|a in (y,z),b=2",
        "a in (x)|a=x",
        "a notin (x)|a!=x",
        "a=,! c|a=\"\",!c",
        "a=\"plain\"|a=plain",
        "a=\"x y\"|a=\"x y\"",
        "a,a,a|a",
      })
  void hasOneCanonicalForm(String text, String canonical) {
    Selector selector = Selector.parse(text);
    assertThat(selector).hasToString(canonical);
    assertThat(Selector.parse(selector.toString()))
        .isEqualTo(selector)
        .hasToString(selector.toString());
  }

  @Test
  void orderAndSpellingDoNotMatterForEquality() {
    assertThat(Selector.parse("b=1,a in (x)"))
        .isEqualTo(Selector.parse("a==x , b = \"1\""))
        .hasSameHashCodeAs(Selector.parse("a=x,b=1"))
        .isNotEqualTo(Selector.parse("a=x"));
    assertThat(Selector.parse("")).isEqualTo(Selector.EVERYTHING).hasToString("");
  }

  @ParameterizedTest
  @ValueSource(ints = {Selector.MAX_LENGTH + 1, 1_000_000})
  void refusesEndlessText(int length) {
    assertThatExceptionOfType(SelectorSyntaxException.class)
        .isThrownBy(() -> Selector.parse("a".repeat(length)))
        .withMessageContaining("at most");
  }

  /** Every condition is kept both as text and as a predicate written down independently. */
  @Test
  void agreesWithANaiveEvaluatorAndSurvivesItsOwnText() {
    for (long seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      List<String> texts = new ArrayList<>();
      List<Predicate<Map<String, String>>> conditions = new ArrayList<>();
      int count = random.nextInt(4);
      for (int i = 0; i < count; i++) {
        addCondition(random, texts, conditions);
      }
      Map<String, String> labels = new HashMap<>();
      for (String key : List.of("a", "b.c", "d/e")) {
        if (random.nextBoolean()) {
          labels.put(key, value(random));
        }
      }
      boolean expected = conditions.stream().allMatch(condition -> condition.test(labels));
      String text = String.join(random.nextBoolean() ? "," : " , ", texts);
      Selector selector = Selector.parse(text);
      assertThat(selector.matches(labels))
          .as("seed %d: %s on %s", seed, text, labels)
          .isEqualTo(expected);
      Selector again = Selector.parse(selector.toString());
      assertThat(again).as("seed %d: %s", seed, text).isEqualTo(selector);
      Collections.shuffle(texts, random);
      assertThat(Selector.parse(String.join(",", texts))).as("seed %d", seed).isEqualTo(selector);
    }
  }

  /** Whatever the text, the parser either answers or names a column within it or just behind. */
  @Test
  void neverFailsInAnotherWay() {
    String alphabet = "ab=!,() \"\\in<\n\uD83D\uDE00";
    for (long seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String as = "seed " + seed + ": " + text;
      try {
        Selector selector = Selector.parse(text.toString());
        assertThat(Selector.parse(selector.toString())).as(as).isEqualTo(selector);
      } catch (SelectorSyntaxException e) {
        assertThat(e.position()).as(as).isBetween(1, text.codePointCount(0, text.length()) + 1);
      }
    }
  }

  private static void addCondition(
      Random random, List<String> texts, List<Predicate<Map<String, String>>> conditions) {
    String key = List.of("a", "b.c", "d/e").get(random.nextInt(3));
    List<String> values = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      values.add(value(random));
    }
    String value = values.get(0);
    List<String> quoted = values.stream().map(SelectorTest::quote).toList();
    switch (random.nextInt(6)) {
      case 0 -> {
        texts.add(key + "=" + quote(value));
        conditions.add(labels -> value.equals(labels.get(key)));
      }
      case 1 -> {
        texts.add(key + " != " + quote(value));
        conditions.add(labels -> !value.equals(labels.get(key)));
      }
      case 2 -> {
        texts.add(key + " in (" + String.join(", ", quoted) + ")");
        conditions.add(labels -> labels.containsKey(key) && values.contains(labels.get(key)));
      }
      case 3 -> {
        texts.add(key + " notin (" + String.join(",", quoted) + ")");
        conditions.add(labels -> !labels.containsKey(key) || !values.contains(labels.get(key)));
      }
      case 4 -> {
        texts.add(key);
        conditions.add(labels -> labels.containsKey(key));
      }
      default -> {
        texts.add("!" + key);
        conditions.add(labels -> !labels.containsKey(key));
      }
    }
  }

  private static String value(Random random) {
    return List.of("1", "x y", "", "in", "a\"b\\", "ü,(").get(random.nextInt(6));
  }

  private static String quote(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    for (String label : text.split(";", 0)) {
      int equals = label.indexOf('=');
      if (equals > 0) {
        labels.put(label.substring(0, equals), label.substring(equals + 1));
      }
    }
    return labels;
  }
}
