package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.decoded;
import static io.opamp4j.client.Messages.framed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.ServerToAgentCommand;
import io.opamp4j.proto.TelemetryConnectionSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application and a server say to each other beside the report. */
@Timeout(30)
class ClientMessagingIT {
  private static final String PAUSE = "com.example.pause/v1";

  private final Heard heard = new Heard();
  private WebSocketPeer.Port port;
  private OpampClient client;

  @BeforeEach
  void listen() throws Exception {
    port = new WebSocketPeer.Port();
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ZERO);
    }
    port.close();
  }

  @Test
  void custom09WhatTheServerHasNotAnnouncedIsRefusedAtOnce() throws Exception {
    connected(builder());
    assertThatThrownBy(() -> client.send(message("com.example.other", "status", "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("com.example.other");
    assertThat(client.serverCustomCapabilities()).containsExactly(PAUSE);
  }

  @Test
  void custom08MessagesLeaveInOrderEachInAMessageOfItsOwn() throws Exception {
    WebSocketPeer peer = connected(builder());
    for (int i = 0; i < 3; i++) {
      client.send(message(PAUSE, "status", "\u0000binary " + i));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(decoded(peer.read()).getCustomMessage())
          .isEqualTo(message(PAUSE, "status", "\u0000binary " + i));
      peer.binary(framed(answer()));
    }
  }

  @Test
  void retry05ABoundedNumberWaitsThroughAnOutageAndThenLeaves() throws Exception {
    WebSocketPeer peer = connected(builder());
    peer.close();
    heard.next(Heard.Lost.class);
    int taken = 0;
    try {
      while (taken < 1000) {
        client.send(message(PAUSE, "status", Integer.toString(taken)));
        taken++;
      }
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("too many");
    }
    assertThat(taken).isBetween(64, 65);
    WebSocketPeer again = port.knock().accept();
    again.read();
    again.binary(framed(announcing()));
    for (int i = 0; i < taken; i++) {
      assertThat(decoded(again.read()).getCustomMessage().getData().toStringUtf8())
          .isEqualTo(Integer.toString(i));
      again.binary(framed(answer()));
    }
  }

  @Test
  void aRequestEndsWithItsReplyAndTheListenerHearsTheRest() throws Exception {
    WebSocketPeer peer = connected(builder());
    CompletableFuture<CustomMessage> reply =
        client.request(
            message(PAUSE, "ask", "7"),
            candidate -> candidate.getData().toStringUtf8().startsWith("7:"),
            Duration.ofSeconds(20));
    assertThat(decoded(peer.read()).getCustomMessage().getType()).isEqualTo("ask");
    peer.binary(framed(answer().setCustomMessage(message(PAUSE, "answer", "8:no"))));
    peer.binary(framed(answer().setCustomMessage(message(PAUSE, "answer", "7:yes"))));
    peer.binary(framed(answer().setCustomMessage(message(PAUSE, "answer", "7:again"))));
    assertThat(reply.get(10, TimeUnit.SECONDS).getData().toStringUtf8()).isEqualTo("7:yes");
    assertThat(heard.next(CustomMessage.class).getData().toStringUtf8()).isEqualTo("8:no");
    assertThat(heard.next(CustomMessage.class).getData().toStringUtf8()).isEqualTo("7:again");
  }

  @Test
  void aRequestWithoutReplyTimesOutAndOneInHandIsCancelledByTheStop() throws Exception {
    connected(builder());
    CompletableFuture<CustomMessage> late =
        client.request(message(PAUSE, "ask", "1"), reply -> true, Duration.ofMillis(30));
    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
    CompletableFuture<CustomMessage> open =
        client.request(message(PAUSE, "ask", "2"), reply -> true, Duration.ofHours(1));
    client.stop(Duration.ofSeconds(10));
    assertThatThrownBy(() -> open.get(10, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void aRequestWhoseReplyWouldBeIgnoredIsRefused() throws Exception {
    connected(builder());
    client.setCustomCapabilities(List.of());
    assertThatThrownBy(
            () -> client.request(message(PAUSE, "ask", "1"), r -> true, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(PAUSE);
  }

  @Test
  void aCallbackThatNeverReturnsStallsNeitherHeartbeatsNorChanges() throws Exception {
    CountDownLatch forEver = new CountDownLatch(1);
    WebSocketPeer peer =
        connected(
            builder()
                .heartbeatInterval(Duration.ofMillis(50))
                .onRestart(
                    () -> {
                      try {
                        forEver.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    peer.binary(
        framed(answer().setCapabilities(0).setCommand(ServerToAgentCommand.getDefaultInstance())));
    for (int i = 0; i < 300; i++) {
      peer.binary(framed(answer().setCustomMessage(message(PAUSE, "noise", "" + i))));
    }
    client.setHealth(Messages.health("alive"));
    AgentToServer message = decoded(peer.read());
    while (!message.hasHealth()) {
      message = decoded(peer.read());
    }
    assertThat(message.getHealth().getStatus()).isEqualTo("alive");
    forEver.countDown();
  }

  @Test
  void cmd02ARestartIsAskedOfTheApplication() throws Exception {
    BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    WebSocketPeer peer = connected(builder().onRestart(() -> calls.add("restart")));
    peer.binary(
        framed(answer().setCapabilities(0).setCommand(ServerToAgentCommand.getDefaultInstance())));
    assertThat(calls.poll(10, TimeUnit.SECONDS)).isEqualTo("restart");
  }

  @Test
  void packagesAreOfferedAndTheirStatusesTold() throws Exception {
    BlockingQueue<PackagesAvailable> offers = new LinkedBlockingQueue<>();
    WebSocketPeer peer = connected(builder().packages(offers::add));
    PackagesAvailable offer =
        PackagesAvailable.newBuilder().setAllPackagesHash(ByteString.copyFromUtf8("A")).build();
    peer.binary(framed(answer().setPackagesAvailable(offer)));
    assertThat(offers.poll(10, TimeUnit.SECONDS)).isEqualTo(offer);
    PackageStatuses statuses =
        PackageStatuses.newBuilder()
            .setServerProvidedAllPackagesHash(ByteString.copyFromUtf8("A"))
            .putPackages("p", PackageStatus.newBuilder().setName("p").build())
            .build();
    client.setPackageStatuses(statuses);
    assertThat(decoded(peer.read()).getPackageStatuses()).isEqualTo(statuses);
    assertThatThrownBy(
            () ->
                client.setPackageStatuses(
                    PackageStatuses.newBuilder()
                        .putPackages("q", PackageStatus.newBuilder().setName("p").build())
                        .build()))
        .as("PKG-23")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'q'");
  }

  @Test
  void own05OtherSettingsAreHandedOverAndTheirOutcomeIsTold() throws Exception {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    WebSocketPeer peer =
        connected(
            builder()
                .otherSettings(
                    Set.of(AgentCapabilities.AgentCapabilities_ReportsOwnLogs), offer -> outcome));
    peer.binary(
        framed(
            answer()
                .setConnectionSettings(
                    ConnectionSettingsOffers.newBuilder()
                        .setHash(ByteString.copyFromUtf8("S1"))
                        .setOwnLogs(
                            TelemetryConnectionSettings.newBuilder()
                                .setDestinationEndpoint("https://logs/v1/logs")))));
    assertThat(decoded(peer.read()).getConnectionSettingsStatus().getStatus())
        .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING);
    peer.binary(framed(answer()));
    outcome.completeExceptionally(new IllegalStateException("no route"));
    ConnectionSettingsStatus status = decoded(peer.read()).getConnectionSettingsStatus();
    assertThat(status.getStatus())
        .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED);
    assertThat(status.getErrorMessage()).isEqualTo("no route");
  }

  private ClientBuilder builder() {
    return OpampClient.builder(URI.create("ws://127.0.0.1:" + port.number()))
        .instanceUid(UID)
        .backoff(Messages.QUICK)
        .customCapabilities(List.of(PAUSE))
        .listener(heard);
  }

  private WebSocketPeer connected(ClientBuilder builder) throws Exception {
    client = builder.build();
    client.start();
    WebSocketPeer peer = port.knock().accept();
    peer.read();
    peer.binary(framed(announcing()));
    assertThat(heard.next()).isEqualTo("connected");
    return peer;
  }

  private static io.opamp4j.proto.ServerToAgent.Builder announcing() {
    return answer().setCustomCapabilities(CustomCapabilities.newBuilder().addCapabilities(PAUSE));
  }

  private static CustomMessage message(String capability, String type, String data) {
    return CustomMessage.newBuilder()
        .setCapability(capability)
        .setType(type)
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }
}
