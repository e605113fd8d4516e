package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ComponentsRestTest {
  private static final String PATH = "/api/v1/components/";

  private final RestFixture rest = new RestFixture();

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void showsWhatAnAgentTold() throws Exception {
    KeyValue module =
        KeyValue.newBuilder()
            .setKey("code.namespace")
            .setValue(AnyValue.newBuilder().setStringValue("go.example/otlp"))
            .build();
    ComponentDetails otlp = ComponentDetails.newBuilder().addMetadata(module).build();
    tell(
        AvailableComponents.newBuilder()
            .setHash(ByteString.fromHex("0aff"))
            .putComponents(
                "receivers", ComponentDetails.newBuilder().putSubComponentMap("otlp", otlp).build())
            .build());

    assertThat(rest.get(PATH + "0AFF").text())
        .isEqualTo(
            "{\"hash\":\"0aff\",\"components\":{\"receivers\":{\"metadata\":{},\"components\":"
                + "{\"otlp\":{\"metadata\":{\"code.namespace\":\"go.example/otlp\"},"
                + "\"components\":{}}}}}}");
  }

  @Test
  void knowsNothingThatNobodyTold() {
    assertProblem(rest.get(PATH + "0b"), 404, "not-found");
    for (String malformed : new String[] {"0", "xy", "0b0", "%20"}) {
      RestFixture.Answer answer = rest.get(PATH + malformed);
      assertProblem(answer, 400, "invalid-request");
      assertThat(answer.errors())
          .containsExactly("hash: must be hexadecimal digits, two for each byte");
    }
  }

  /** Sends a report to the hub and waits for its answer. */
  private void tell(AvailableComponents components) throws Exception {
    CompletableFuture<ServerToAgent> answer = new CompletableFuture<>();
    Connection exchange =
        new Connection() {
          @Override
          public String id() {
            return "e1";
          }

          @Override
          public Transport transport() {
            return Transport.HTTP;
          }

          @Override
          public String remoteAddress() {
            return "127.0.0.1:1";
          }

          @Override
          public void send(ServerToAgent message) {
            answer.complete(message);
          }

          @Override
          public void ping() {}

          @Override
          public void close(int code, String reason) {}
        };
    rest.injector
        .getInstance(AgentInbox.class)
        .received(
            exchange,
            AgentToServer.newBuilder()
                .setInstanceUid(new InstanceUid(1, 1).toBytes())
                .setCapabilities(0x4001)
                .setAvailableComponents(components)
                .build());
    assertThat(answer.get(30, TimeUnit.SECONDS).hasErrorResponse()).isFalse();
  }
}
