package io.opamp4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CommandType;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import io.opamp4j.server.config.ConfigException;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.storage.TextOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The whole server, embedded, with a handler of the embedding program's own. */
class OpampServerIT {
  private static final String ECHO = "com.example.echo/v1";
  private static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");
  private static final long RESTARTABLE = 0x401;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Handler handler = new Handler();
  private long sequence;

  @Test
  void announcesHandlersLetsThemSpeakAndSendsOrdersOnce_CUSTOM01_CMD01_E19() throws Exception {
    try (OpampServer server = builder().customMessageHandler(handler).start()) {
      ServerToAgent answer = poll(server);
      assertThat(answer.getCustomCapabilities().getCapabilitiesList()).containsExactly(ECHO);

      assertThat(handler.sender.send(UID, ECHO, "hello", ByteString.copyFromUtf8("you"))).isTrue();
      assertThat(poll(server).getCustomMessage().getType()).isEqualTo("hello");

      HttpResponse<String> ordered =
          http.send(
              HttpRequest.newBuilder(url(server, "/api/v1/agents/" + UID + "/orders"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"restart\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(ordered.statusCode()).isEqualTo(201);
      assertThat(poll(server))
          .isEqualTo(
              ServerToAgent.newBuilder()
                  .setInstanceUid(UID.toBytes())
                  .setCapabilities(answer.getCapabilities())
                  .setCommand(
                      ServerToAgentCommand.newBuilder().setType(CommandType.CommandType_Restart))
                  .build());
      assertThat(poll(server).hasCommand()).isFalse();
    }
  }

  @Test
  void doesNotStartWithTwoHandlersOfOneCapability() {
    OpampServer.Builder twice =
        builder().customMessageHandler(handler).customMessageHandler(new Handler());
    assertThatThrownBy(twice::start)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("two handlers have the capability '" + ECHO + "'");
  }

  private static OpampServer.Builder builder() {
    return OpampServer.builder()
        .config(
            new ServerConfig(
                new ServerConfig.Server("127.0.0.1", 0, ServerConfig.Server.DEFAULT.drainTimeout()),
                ServerConfig.Agents.DEFAULT,
                ServerConfig.defaults().storage()))
        .storage(new MemoryStoragePlugin().module(new TextOptions(List.of(), Map.of())));
  }

  private ServerToAgent poll(OpampServer server) throws IOException, InterruptedException {
    AgentToServer message =
        AgentToServer.newBuilder()
            .setInstanceUid(UID.toBytes())
            .setSequenceNum(sequence++)
            .setCapabilities(RESTARTABLE)
            .setCustomCapabilities(CustomCapabilities.newBuilder().addCapabilities(ECHO))
            .build();
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(url(server, ServerConfig.Agents.DEFAULT.path()))
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(message.toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    return ServerToAgent.parseFrom(response.body());
  }

  private static URI url(OpampServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private static final class Handler implements CustomMessageHandler {
    private volatile CustomMessageSender sender;

    @Override
    public Set<String> capabilities() {
      return Set.of(ECHO);
    }

    @Override
    public void started(CustomMessageSender given) {
      sender = given;
    }

    @Override
    public List<Reply> received(Received message) {
      return List.of();
    }
  }
}
