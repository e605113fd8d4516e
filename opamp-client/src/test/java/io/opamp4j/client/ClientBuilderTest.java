package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.KeyValue;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientBuilderTest {
  private static final URI ENDPOINT = URI.create("ws://127.0.0.1:4320");

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://127.0.0.1/", "127.0.0.1:4320", "/v1/opamp", "ws:opaque", "ws:///v1/opamp"})
  void refusesAnEndpointThatIsNoneOfTheFourSchemes(String endpoint) {
    assertThatThrownBy(() -> OpampClient.builder(URI.create(endpoint)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(endpoint);
  }

  @Test
  void refusesCredentialsInTheEndpointWithoutRepeatingThem() {
    assertThatThrownBy(() -> OpampClient.builder(URI.create("ws://user:secret@127.0.0.1/")))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void refusesBadValuesWhereTheyAreGiven() {
    ClientBuilder builder = OpampClient.builder(ENDPOINT);
    assertThatThrownBy(() -> builder.sendLimit(1)).hasMessageContaining("1");
    assertThatThrownBy(() -> OpampClient.builder(ENDPOINT).receiveLimit(0))
        .hasMessageContaining("0");
    assertThatThrownBy(() -> OpampClient.builder(ENDPOINT).answerTimeout(Duration.ZERO))
        .hasMessageContaining("PT0S");
    assertThatThrownBy(
            () -> OpampClient.builder(ENDPOINT).heartbeatInterval(Duration.ofSeconds(-1)))
        .hasMessageContaining("PT-1S");
    assertThatThrownBy(() -> RemoteConfigResult.rejected(" "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPollingClientNeedsAnInterval() {
    assertThatThrownBy(
            () ->
                OpampClient.builder(URI.create("http://127.0.0.1"))
                    .heartbeatInterval(Duration.ZERO)
                    .build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void makesADifferentIdForEachClient() {
    try (OpampClient one = OpampClient.builder(ENDPOINT).build();
        OpampClient two = OpampClient.builder(ENDPOINT).build()) {
      assertThat(one.instanceUid()).isNotEqualTo(two.instanceUid());
      assertThat(one.instanceUid().toString().charAt(14)).as("UID-04").isEqualTo('7');
    }
  }

  @Test
  void startsOnceAndNotAfterTheEnd() {
    OpampClient stopped = OpampClient.builder(ENDPOINT).build();
    stopped.close();
    assertThatThrownBy(stopped::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theSameComponentsHaveTheSameHashInAnyOrder() {
    ComponentDetails details = ComponentDetails.getDefaultInstance();
    AvailableComponents.Builder forwards = AvailableComponents.newBuilder();
    AvailableComponents.Builder backwards = AvailableComponents.newBuilder();
    List<String> names = List.of("receivers", "processors", "exporters", "extensions");
    for (int i = 0; i < names.size(); i++) {
      forwards.putComponents(names.get(i), details);
      backwards.putComponents(names.get(names.size() - 1 - i), details);
    }
    ByteString hash = AgentReport.hashed(forwards.build()).getHash();
    assertThat(hash.size()).isEqualTo(32);
    assertThat(AgentReport.hashed(backwards.build()).getHash()).isEqualTo(hash);
    assertThat(AgentReport.hashed(forwards.putComponents("x", details).build()).getHash())
        .isNotEqualTo(hash);
    ByteString own = ByteString.copyFromUtf8("own");
    assertThat(AgentReport.hashed(forwards.setHash(own).build()).getHash()).isEqualTo(own);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pause", "com.example.", "com example.pause", "com.example.pause/"})
  void custom05RefusesNamesThatAreNotReverseDomains(String name) {
    assertThatThrownBy(() -> OpampClient.builder(ENDPOINT).customCapabilities(List.of(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
  }

  @Test
  void refusesWhatContradictsItself() {
    assertThatThrownBy(
            () -> OpampClient.builder(ENDPOINT).acceptOpampSettings().requestCertificate().build())
        .as("CONN-19")
        .hasMessageContaining("store()");
    assertThatThrownBy(
            () ->
                OpampClient.builder(ENDPOINT)
                    .otherSettings(
                        Set.of(AgentCapabilities.AgentCapabilities_AcceptsPackages),
                        offer -> CompletableFuture.completedFuture(null)))
        .hasMessageContaining("AcceptsPackages");
    assertThatThrownBy(() -> Descriptions.of(Map.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void describesInOrderOfTheNames() {
    AgentDescription description =
        Descriptions.of(
            Map.of("service.name", "checkout", "service.instance.id", "1"),
            Map.of("os.type", "linux"));
    assertThat(description.getIdentifyingAttributesList())
        .extracting(KeyValue::getKey)
        .as("DESC-04")
        .containsExactly("service.instance.id", "service.name");
    assertThat(description.getNonIdentifyingAttributes(0).getValue().getStringValue())
        .isEqualTo("linux");
  }
}
