package io.opamp4j.server.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WellFormedYamlTest {

  @ParameterizedTest
  @CsvSource({
    "c.yaml, '',               'a: [1', 1, 6",
    "c.YML,  '',               'a: b: c', 1, 5",
    "c,      text/yaml,        '\"open', 1, 6",
    "'',     application/x-yaml, 'a: 1\n\tb: 2', 2, 1",
    "c.yaml, '',               'a: *none', 1, 4",
  })
  void namesThePlaceOfWhatIsWrong(String name, String type, String body, int line, int column) {
    assertThat(new WellFormedYaml().check(file(name, type, body)).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.file()).isEqualTo(name);
              assertThat(problem.line()).isEqualTo(line);
              assertThat(problem.column()).isEqualTo(column);
              assertThat(problem.message()).startsWith("is not valid YAML: ");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "c.yaml, '',              'a: [1]'",
    "c.yaml, '',              ''",
    "c.yaml, '',              'a: 1\n---\nb: 2'",
    "c.yaml, '',              'a: &x {b: 1}\nc: *x'",
    "c.conf, '',              'a: [1'",
    "c.yaml, application/json, 'a: [1'",
  })
  void leavesAloneWhatIsRightAndWhatIsNoYaml(String name, String type, String body) {
    assertThat(new WellFormedYaml().check(file(name, type, body)).problems()).isEmpty();
  }

  @Test
  void namesEveryFileThatIsWrong() {
    AgentConfigMap two =
        file("b.yaml", "", "a: [").toBuilder()
            .mergeFrom(file("a.yaml", "", "}"))
            .mergeFrom(file("c.yaml", "", "fine: 1"))
            .build();

    assertThat(new WellFormedYaml().check(two).problems())
        .extracting(problem -> problem.file())
        .isEqualTo(List.of("a.yaml", "b.yaml"));
  }

  @Test
  void whatIsNoTextIsNoYaml() {
    AgentConfigMap binary =
        AgentConfigMap.newBuilder()
            .putConfigMap(
                "c.yaml", AgentConfigFile.newBuilder().setBody(ByteString.fromHex("ff")).build())
            .build();

    assertThat(new WellFormedYaml().check(binary).problems())
        .extracting(problem -> problem.message())
        .containsExactly("is said to be YAML, but is not UTF-8 text");
  }

  /** Nested flow sequences would otherwise cost a stack frame each. */
  @Test
  void depthAndAliasesDoNotExhaustTheServer() {
    assertThat(new WellFormedYaml().check(file("c.yaml", "", "[".repeat(100_000))).problems())
        .hasSize(1);
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertThat(new WellFormedYaml().check(file("c.yaml", "", bomb.toString())).problems())
        .isEmpty();
  }

  private static AgentConfigMap file(String name, String type, String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            name,
            AgentConfigFile.newBuilder()
                .setContentType(type)
                .setBody(ByteString.copyFromUtf8(body))
                .build())
        .build();
  }
}
