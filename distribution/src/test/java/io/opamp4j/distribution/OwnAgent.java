package io.opamp4j.distribution;

import io.opamp4j.client.OpampClient;
import io.opamp4j.client.RemoteConfigOffer;
import io.opamp4j.client.RemoteConfigResult;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** An agent with our client inside. */
final class OwnAgent implements PeerAgent {
  private final BlockingQueue<RemoteConfigOffer> offers = new LinkedBlockingQueue<>();
  private final OpampClient client;
  private CompletableFuture<RemoteConfigResult> outcome = new CompletableFuture<>();
  private RemoteConfigOffer taken;

  OwnAgent(URI endpoint) {
    client =
        OpampClient.builder(endpoint)
            .description(
                AgentDescription.newBuilder()
                    .addIdentifyingAttributes(
                        KeyValue.newBuilder()
                            .setKey("service.name")
                            .setValue(AnyValue.newBuilder().setStringValue("own-agent")))
                    .build())
            .effectiveConfig(EffectiveConfig.getDefaultInstance())
            .heartbeatInterval(Duration.ofSeconds(1))
            .backoff(new Backoff(Duration.ofMillis(200), 1.5, 0.5, Duration.ofSeconds(1)))
            .remoteConfig(this::offered)
            .build();
    client.start();
  }

  private synchronized RemoteConfigResult offered(RemoteConfigOffer offer) {
    outcome = new CompletableFuture<>();
    offers.add(offer);
    return RemoteConfigResult.later(outcome);
  }

  @Override
  public InstanceUid uid() {
    return client.instanceUid();
  }

  @Override
  public String takeOffer() {
    taken = Waiting.take(offers, "an offer");
    return taken.files().values().iterator().next().getBody().toStringUtf8();
  }

  @Override
  public synchronized void reportApplied() {
    outcome.complete(
        RemoteConfigResult.applied(
            EffectiveConfig.newBuilder()
                .setConfigMap(AgentConfigMap.newBuilder().putAllConfigMap(taken.files()))
                .build()));
  }

  @Override
  public void close() {
    client.close();
  }
}
