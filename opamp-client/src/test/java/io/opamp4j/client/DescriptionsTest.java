package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How agents are described: the rows DESC-01 to DESC-08. */
class DescriptionsTest {
  private static final Map<String, Object> RESOURCE =
      Map.ofEntries(
          Map.entry("service.name", "checkout"),
          Map.entry("service.version", "1.4.2"),
          Map.entry("service.instance.id", "0190f5c2-7a3b-7c11-8d22-0123456789ab"),
          Map.entry("service.namespace", "shop"),
          Map.entry("os.type", "linux"),
          Map.entry("os.version", "6.1"),
          Map.entry("host.name", "node-7"),
          Map.entry("host.cpu.cache.l2.size", 12288000L),
          Map.entry("cloud.region", "eu-central-1"),
          Map.entry("process.command_args", List.of("java", "-jar", "x.jar")),
          Map.entry("team", "payments"));

  /** DESC-01, DESC-04, DESC-05. */
  @Test
  void desc04ACollectorIsIdentifiedByItsServiceAndDescribedByTheRest() {
    AgentDescription description = Descriptions.collector(RESOURCE);

    assertThat(keys(description.getIdentifyingAttributesList()))
        .containsExactly(
            "service.instance.id", "service.name", "service.namespace", "service.version");
    assertThat(keys(description.getNonIdentifyingAttributesList()))
        .as("DESC-05")
        .containsExactly(
            "cloud.region",
            "host.cpu.cache.l2.size",
            "host.name",
            "os.type",
            "os.version",
            "process.command_args",
            "team");
  }

  /** DESC-06, DESC-08. */
  @ParameterizedTest
  @ValueSource(strings = {"service.namespace", "service.namespace.name"})
  void desc06AnSdkIsIdentifiedByNameInstanceAndNamespaceAlone(String namespace) {
    Map<String, Object> resource = new HashMap<>(RESOURCE);
    resource.remove("service.namespace");
    assertThat(keys(Descriptions.sdk(resource).getIdentifyingAttributesList()))
        .containsExactly("service.instance.id", "service.name");

    resource.put(namespace, "shop");
    AgentDescription description = Descriptions.sdk(resource);

    assertThat(keys(description.getIdentifyingAttributesList()))
        .containsExactly("service.instance.id", "service.name", namespace);
    assertThat(keys(description.getNonIdentifyingAttributesList()))
        .as("DESC-08")
        .contains("service.version", "host.name", "team")
        .hasSize(resource.size() - 3);
  }

  /**
   * DESC-02, DESC-07: what goes in is the resource of the telemetry, and nothing else comes out.
   */
  @Test
  void desc07TheDescriptionIsTheResourceOfTheTelemetryValueForValue() {
    for (Function<Map<String, ?>, AgentDescription> writer :
        List.<Function<Map<String, ?>, AgentDescription>>of(
            Descriptions::collector, Descriptions::sdk)) {
      AgentDescription description = writer.apply(RESOURCE);

      List<KeyValue> all = new ArrayList<>(description.getIdentifyingAttributesList());
      all.addAll(description.getNonIdentifyingAttributesList());
      Map<String, Object> told = new HashMap<>();
      all.forEach(attribute -> told.put(attribute.getKey(), plain(attribute.getValue())));
      assertThat(told).isEqualTo(RESOURCE);
      assertThat(all).hasSameSizeAs(RESOURCE.keySet());
    }
  }

  /** DESC-03: without the id of the instance, two of a kind would be one. */
  @ParameterizedTest
  @CsvSource({
    "service.name, true, true",
    "service.instance.id, true, true",
    "service.version, true, false",
    "service.namespace, false, false",
    "os.type, false, false",
  })
  void desc03WhatTellsAgentsApartIsAskedFor(String key, boolean ofCollector, boolean ofSdk) {
    for (String nothing : new String[] {null, ""}) {
      Map<String, Object> resource = new HashMap<>(RESOURCE);
      resource.remove(key);
      if (nothing != null && (ofCollector || ofSdk)) {
        resource.put(key, nothing);
      }
      assertRefused(() -> Descriptions.collector(resource), ofCollector, key);
      if (ofSdk || nothing == null) {
        assertRefused(() -> Descriptions.sdk(resource), ofSdk, key);
      }
    }
  }

  @Test
  void twoInstancesOfOneServiceDiffer() {
    Map<String, Object> second = new HashMap<>(RESOURCE);
    second.put("service.instance.id", "another");
    assertThat(Descriptions.collector(second).getIdentifyingAttributesList())
        .isNotEqualTo(Descriptions.collector(RESOURCE).getIdentifyingAttributesList());
  }

  @Test
  void valuesOfOtherTypesAndNamelessAttributesAreRefused() {
    assertThatThrownBy(() -> Descriptions.of(Map.of("a", new Object[0]), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attribute a");
    assertThatThrownBy(
            () -> Descriptions.of(Map.of("a", "b"), Map.of("c", List.of(Map.of("d", "e")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attribute c");
    assertThatThrownBy(() -> Descriptions.of(Map.of(" ", "b"), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertRefused(Runnable call, boolean refused, String key) {
    if (refused) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key);
    } else {
      call.run();
    }
  }

  private static List<String> keys(List<KeyValue> attributes) {
    return attributes.stream().map(KeyValue::getKey).toList();
  }

  private static Object plain(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> value.getIntValue();
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(DescriptionsTest::plain).toList();
      default -> value;
    };
  }
}
