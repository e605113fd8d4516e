package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opentelemetry.opamp.client.OpampClient;
import io.opentelemetry.opamp.client.internal.connectivity.http.OkHttpSender;
import io.opentelemetry.opamp.client.internal.connectivity.websocket.OkHttpWebSocket;
import io.opentelemetry.opamp.client.internal.request.delay.PeriodicDelay;
import io.opentelemetry.opamp.client.internal.request.service.HttpRequestService;
import io.opentelemetry.opamp.client.internal.request.service.WebSocketRequestService;
import io.opentelemetry.opamp.client.internal.response.MessageData;
import io.opentelemetry.opamp.client.request.service.RequestService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import opamp.proto.AgentRemoteConfig;
import opamp.proto.RemoteConfigStatus;
import opamp.proto.RemoteConfigStatuses;
import opamp.proto.ServerErrorResponse;

/**
 * An agent with the OpAMP client of OpenTelemetry Java contrib inside, which was not written here.
 */
final class ContribAgent implements PeerAgent {
  private static final Duration SHORT = Duration.ofMillis(500);

  private final BlockingQueue<AgentRemoteConfig> offers = new LinkedBlockingQueue<>();
  private final InstanceUid uid;
  private final OpampClient client;
  private AgentRemoteConfig taken;

  ContribAgent(URI endpoint) {
    byte[] id = io.opentelemetry.opamp.client.OpampClientBuilder.createRandomInstanceUid();
    uid = InstanceUid.from(ByteString.copyFrom(id)).orElseThrow();
    client =
        OpampClient.builder()
            .setRequestService(requests(endpoint))
            .setInstanceUid(id)
            .putIdentifyingAttribute("service.name", "contrib-agent")
            .enableRemoteConfig()
            .build(new Callbacks());
  }

  private static RequestService requests(URI endpoint) {
    PeriodicDelay delay = PeriodicDelay.ofFixedDuration(SHORT);
    return endpoint.getScheme().startsWith("ws")
        ? WebSocketRequestService.create(OkHttpWebSocket.create(endpoint.toString()), delay)
        : HttpRequestService.create(OkHttpSender.create(endpoint.toString()), delay, delay);
  }

  @Override
  public InstanceUid uid() {
    return uid;
  }

  @Override
  public String takeOffer() {
    AgentRemoteConfig next = Waiting.take(offers, "an offer");
    // A poller is offered the same again until it has answered.
    while (taken != null && next.config_hash.equals(taken.config_hash)) {
      next = Waiting.take(offers, "another offer");
    }
    taken = next;
    return taken.config.config_map.values().iterator().next().body.utf8();
  }

  @Override
  public void reportApplied() {
    client.setRemoteConfigStatus(
        new RemoteConfigStatus.Builder()
            .last_remote_config_hash(taken.config_hash)
            .status(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
            .build());
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Callbacks implements OpampClient.Callbacks {
    @Override
    public void onConnect(OpampClient source) {}

    @Override
    public void onConnectFailed(OpampClient source, Throwable failure) {}

    @Override
    public void onErrorResponse(OpampClient source, ServerErrorResponse error) {}

    @Override
    public void onMessage(OpampClient source, MessageData message) {
      if (message.getRemoteConfig() != null) {
        offers.add(message.getRemoteConfig());
      }
    }
  }
}
