package io.opamp4j.server.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.CustomMessage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets agents in through a Bindplane gateway. For each agent that connects to it the gateway sends
 * {@code connect}, a JSON object with {@code request_uid}, {@code remote_address} and {@code
 * headers}; it keeps the agent waiting until {@code connectResult} names the same request, and
 * turns it away after 30 s. Every agent is accepted, as on connections of its own. The headers may
 * hold credentials and are not looked at.
 *
 * <p>The gateway does not wait for the capability to be announced, so it is not.
 */
final class BindplaneGateway implements GatewayControl {
  /** What a gateway passes on of a handshake is far below this, in bytes. */
  static final int LARGEST = 256 * 1024;

  private static final String CONNECT = "connect";
  private static final String RESULT = "connectResult";
  private static final int OK = 200;
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final Logger log = LoggerFactory.getLogger(BindplaneGateway.class);

  @Inject
  BindplaneGateway() {}

  @Override
  public Optional<CustomMessage> answer(CustomMessage message) {
    if (!message.getType().equals(CONNECT) || message.getData().size() > LARGEST) {
      log.debug("a gateway sent a {} of {} bytes", message.getType(), message.getData().size());
      return Optional.empty();
    }
    try {
      JsonNode request = MAPPER.readTree(message.getData().newInput());
      JsonNode uid = request.path("request_uid");
      if (!uid.isTextual() || uid.asText().isEmpty()) {
        log.debug("a gateway asked to connect an agent without naming the request");
        return Optional.empty();
      }
      log.debug("a gateway connects an agent from {}", request.path("remote_address").asText());
      return Optional.of(accepted(uid.asText()));
    } catch (IOException e) {
      log.debug("a gateway asked to connect an agent, but not in JSON");
      return Optional.empty();
    }
  }

  private static CustomMessage accepted(String request) throws IOException {
    ObjectNode result =
        MAPPER
            .createObjectNode()
            .put("request_uid", request)
            .put("accept", true)
            .put("http_status_code", OK);
    result.putObject("response_headers");
    return CustomMessage.newBuilder()
        .setCapability(CAPABILITY)
        .setType(RESULT)
        .setData(ByteString.copyFrom(MAPPER.writeValueAsBytes(result)))
        .build();
  }
}
