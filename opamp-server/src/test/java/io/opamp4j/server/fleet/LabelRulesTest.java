package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "env", "service.name", "A-b_c.9", "example.com/env", "a.b-c.d9/X", "0"})
  void keysOfKubernetesAreKeysThatSelectorsCanName(String key) {
    assertThat(LabelRules.isKey(key)).isTrue();
    assertThat(Selector.parse(key + "=v").matches(Map.of(key, "v"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-a", "a-", ".a", "a b", "ä", "a/", "/a", "A.b/c", "a..b/c", "a/b/c", "-a/b", "a\n",
        "a=b", "a,b"
      })
  void otherTextIsNoKey(String key) {
    assertThat(LabelRules.isKey(key)).isFalse();
  }

  @Test
  void keysAreBoundedAsInKubernetes() {
    assertThat(LabelRules.isKey("k".repeat(63))).isTrue();
    assertThat(LabelRules.isKey("k".repeat(64))).isFalse();
    assertThat(LabelRules.isKey("p".repeat(253) + "/" + "k".repeat(63))).isTrue();
    assertThat(LabelRules.isKey("p".repeat(254) + "/k")).isFalse();
  }

  @Test
  void valuesAreOneLineOfAnyText() {
    Map<String, String> fine =
        Map.of("a", "", "b", "ü 😀 \"x\"", "c", "v".repeat(LabelRules.LONGEST_VALUE));
    assertThat(LabelRules.problems("labels", fine)).isEmpty();
    Map<String, String> wrong = new HashMap<>(Map.of("a", "x\ny", "b", "\uD83D", "c", "\0"));
    wrong.put("d", "v".repeat(LabelRules.LONGEST_VALUE + 1));
    wrong.put("e", null);
    wrong.put("f g", "v");
    wrong.put("h", "fine");
    assertThat(LabelRules.problems("labels", wrong))
        .extracting(FieldProblem::field)
        .containsExactlyInAnyOrder(
            "labels.a", "labels.b", "labels.c", "labels.d", "labels.e", "labels[\"f g\"]");
  }

  @Test
  void anAgentHasABoundedNumberOfLabels() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < LabelRules.MOST; i++) {
      many.put("k" + i, "v");
    }
    assertThat(LabelRules.problems("labels", many)).isEmpty();
    many.put("more", "v");
    assertThat(LabelRules.problems("labels", Collections.unmodifiableMap(many)))
        .extracting(FieldProblem::message)
        .containsExactly("has more than 64 labels");
  }
}
