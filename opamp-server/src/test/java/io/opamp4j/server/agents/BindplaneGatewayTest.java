package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.CustomMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** E-24: what a Bindplane gateway asks before it lets an agent in. */
class BindplaneGatewayTest {
  private final BindplaneGateway gateway = new BindplaneGateway();

  @Test
  void letsEveryAgentIn() throws Exception {
    CustomMessage result =
        gateway
            .answer(
                message(
                    "connect",
                    "{\"request_uid\":\"r-1\",\"remote_address\":\"192.0.2.1:4\","
                        + "\"headers\":{\"Authorization\":[\"Secret-Key k\"]}}"))
            .orElseThrow();
    assertThat(result.getCapability()).isEqualTo("com.bindplane.opamp-gateway");
    assertThat(result.getType()).isEqualTo("connectResult");
    assertThat(new ObjectMapper().readTree(result.getData().toStringUtf8()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"request_uid\":\"r-1\",\"accept\":true,\"http_status_code\":200,"
                        + "\"response_headers\":{}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "\"request_uid\"",
        "{\"request_uid\":7}",
        "{\"request_uid\":\"\"}",
        "\u0000\ufffd"
      })
  void staysSilentOnNonsense(String data) {
    assertThat(gateway.answer(message("connect", data))).isEmpty();
  }

  @Test
  void staysSilentOnOtherTypesAndOnHugeRequests() {
    String request = "{\"request_uid\":\"r-1\"}";
    assertThat(gateway.answer(message("connected", request))).isEmpty();
    assertThat(gateway.answer(message("connectResult", request))).isEmpty();
    String padded = request + " ".repeat(BindplaneGateway.LARGEST);
    assertThat(gateway.answer(message("connect", padded))).isEmpty();
    assertThat(gateway.answer(message("connect", "[".repeat(100_000)))).isEmpty();
  }

  private static CustomMessage message(String type, String data) {
    return CustomMessage.newBuilder()
        .setCapability(GatewayControl.CAPABILITY)
        .setType(type)
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }
}
