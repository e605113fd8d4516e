package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ArrayValue;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.KeyValueList;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class LabelsTest {

  static Stream<Arguments> values() {
    AnyValue.Builder any = AnyValue.newBuilder();
    AnyValue one = any.clone().setIntValue(1).build();
    AnyValue text = any.clone().setStringValue("a\"b").build();
    AnyValue array =
        any.clone()
            .setArrayValue(
                ArrayValue.newBuilder().addValues(one).addValues(text).addValues(any.clone()))
            .build();
    AnyValue list =
        any.clone()
            .setKvlistValue(
                KeyValueList.newBuilder()
                    .addValues(KeyValue.newBuilder().setKey("k").setValue(array))
                    .addValues(KeyValue.newBuilder().setKey("none")))
            .build();
    return Stream.of(
        Arguments.of(any.clone().setStringValue("prod").build(), "prod"),
        Arguments.of(any.clone().setStringValue("").build(), ""),
        Arguments.of(any.clone().setBoolValue(true).build(), "true"),
        Arguments.of(any.clone().setIntValue(Long.MIN_VALUE).build(), "-9223372036854775808"),
        Arguments.of(any.clone().setDoubleValue(1.5).build(), "1.5"),
        Arguments.of(any.clone().setDoubleValue(2).build(), "2.0"),
        Arguments.of(any.clone().setDoubleValue(Double.NaN).build(), "NaN"),
        Arguments.of(any.clone().setDoubleValue(Double.NEGATIVE_INFINITY).build(), "-Infinity"),
        Arguments.of(any.clone().setBytesValue(ByteString.fromHex("00ff7a")).build(), "00ff7a"),
        Arguments.of(array, "[1,\"a\\\"b\",null]"),
        Arguments.of(list, "{\"k\":[1,\"a\\\"b\",null],\"none\":null}"),
        Arguments.of(any.clone().build(), ""));
  }

  @ParameterizedTest
  @MethodSource("values")
  void attributesOfEveryTypeReadAsText(AnyValue value, String expected) {
    assertThat(Attributes.text(value)).isEqualTo(expected);
  }

  @Test
  void operatorsWinOverIdentifyingAndThoseOverNonIdentifyingAttributes() {
    AgentToServer report =
        AgentToServer.newBuilder()
            .setAgentDescription(
                AgentDescription.newBuilder()
                    .addIdentifyingAttributes(attribute("a", "identifying"))
                    .addIdentifyingAttributes(attribute("b", "identifying"))
                    .addNonIdentifyingAttributes(attribute("a", "other"))
                    .addNonIdentifyingAttributes(attribute("b", "other"))
                    .addNonIdentifyingAttributes(attribute("c", "other")))
            .build();

    assertThat(Labels.of(report, Map.of("a", "operator", "d", "operator")))
        .containsOnly(
            Map.entry("a", "operator"),
            Map.entry("b", "identifying"),
            Map.entry("c", "other"),
            Map.entry("d", "operator"));
  }

  @Test
  void anAgentWithoutDescriptionHasOnlyTheOperatorsLabels() {
    assertThat(Labels.of(AgentToServer.getDefaultInstance(), Map.of("a", "1")))
        .containsOnly(Map.entry("a", "1"));
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
