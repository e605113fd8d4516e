package io.opamp4j.server.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CollectorPipelinesTest {
  private static final String CONFIG =
      """
      receivers:
        otlp: {}
        otlp/2: {}
      processors: {batch: {}}
      exporters:
        otlphttp: {}
        debug: {}
      connectors: {count: {}}
      extensions: {health_check: {}}
      service:
        extensions: [health_check, opamp]
        pipelines:
          traces: {receivers: [otlp, otlp/2], processors: [batch], exporters: [otlphttp, count]}
          metrics: {receivers: [count], exporters: [debug]}
      """;

  private static final Map<String, List<String>> EVERYTHING =
      Map.of(
          "receivers", List.of("otlp"),
          "processors", List.of("batch"),
          "exporters", List.of("otlphttp", "debug"),
          "connectors", List.of("count"),
          "extensions", List.of("health_check"));

  @Test
  void aCollectorThatHasEverythingLacksNothing() {
    assertThat(missing(CONFIG, EVERYTHING)).isEmpty();
  }

  @Test
  void namesTheTypesThatACollectorLacks() {
    assertThat(
            missing(
                CONFIG,
                Map.of("receivers", List.of("jaeger"), "exporters", List.of("debug", "kafka"))))
        .containsExactly(
            "connector count",
            "exporter otlphttp",
            "extension health_check",
            "processor batch",
            "receiver otlp");
  }

  @Test
  void namesWhatPipelinesReferToButNobodyDefines() {
    String config =
        CONFIG
            + "    logs: {receivers: [syslog], processors: [batch/x, count], exporters:"
            + " [otlphttp/y]}\n";

    assertThat(missing(config, EVERYTHING))
        .containsExactly(
            "exporter otlphttp/y (not defined)",
            "processor batch/x (not defined)",
            "processor count (not defined)",
            "receiver syslog (not defined)");
    assertThat(
            new CollectorPipelines()
                .check(files("c.yaml", config))
                .needs()
                .missing(Optional.empty()))
        .as("also for an agent that does not say what it consists of")
        .hasSize(4);
  }

  @Test
  void anAgentThatDoesNotSayOrSaysOtherwiseIsNotJudged() {
    assertThat(
            new CollectorPipelines()
                .check(files("c.yaml", CONFIG))
                .needs()
                .missing(Optional.empty()))
        .isEmpty();
    assertThat(missing(CONFIG, Map.of("plugins", List.of("in_tail")))).isEmpty();
  }

  @Test
  void filesAreSeenAsOne() {
    int half = CONFIG.indexOf("service:");

    assertThat(
            new CollectorPipelines()
                .check(files("a.yaml", CONFIG.substring(0, half), "b.yaml", CONFIG.substring(half)))
                .needs()
                .missing(Optional.of(catalogue(EVERYTHING))))
        .isEmpty();
  }

  @Test
  void otherYamlIsNotTakenForACollectors() {
    for (String other :
        List.of("receivers: {x: {}}", "service: {}", "[]", "", "service: {pipelines", "a: 1")) {
      assertThat(missing(other, EVERYTHING)).as(other).isEmpty();
    }
  }

  @Test
  void oddShapesDoNoHarm() {
    for (String odd :
        List.of(
            "service: {pipelines: []}",
            "service: {pipelines: {traces: null}}",
            "service: {pipelines: {traces: {receivers: otlp}}}",
            "service: {pipelines: {traces: {receivers: [{a: b}]}}}",
            "receivers: [otlp]\nservice: {pipelines: {}}",
            "receivers: {? [a, b] : c}\nservice: {pipelines: {}}")) {
      assertThat(missing(odd, EVERYTHING)).as(odd).isEmpty();
    }
  }

  private static List<String> missing(String yaml, Map<String, List<String>> has) {
    return new CollectorPipelines()
        .check(files("c.yaml", yaml))
        .needs()
        .missing(Optional.of(catalogue(has)));
  }

  private static AvailableComponents catalogue(Map<String, List<String>> has) {
    AvailableComponents.Builder catalogue = AvailableComponents.newBuilder();
    has.forEach(
        (kind, types) -> {
          ComponentDetails.Builder details = ComponentDetails.newBuilder();
          types.forEach(
              type -> details.putSubComponentMap(type, ComponentDetails.getDefaultInstance()));
          catalogue.putComponents(kind, details.build());
        });
    return catalogue.build();
  }

  private static AgentConfigMap files(String... nameAndBody) {
    AgentConfigMap.Builder files = AgentConfigMap.newBuilder();
    for (int i = 0; i < nameAndBody.length; i += 2) {
      files.putConfigMap(
          nameAndBody[i],
          AgentConfigFile.newBuilder()
              .setBody(ByteString.copyFromUtf8(nameAndBody[i + 1]))
              .build());
    }
    return files.build();
  }
}
