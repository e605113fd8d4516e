package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.agents.LiveEvents;
import io.opamp4j.server.agents.MemoryBudget;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class HttpListenerIT {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final String POLL =
      "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
          + "Content-Length: 0\r\n\r\n";

  @Test
  void closesWebSocketsWith1001AndIdleConnectionsWhenItStops() throws Exception {
    try (ListenerUnderTest server = ListenerUnderTest.start();
        RawPeer webSocket = RawPeer.webSocket(server.port());
        RawPeer idle = new RawPeer(server.port())) {
      idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(idle.response().status()).isEqualTo(200);
      int port = server.port();

      Thread stop = new Thread(() -> server.listener().stop(GRACE));
      stop.start();

      assertThat(webSocket.frame().closeCode()).isEqualTo(1001);
      assertThat(server.inbox().next().reason()).startsWith("closed by the server (1001)");
      webSocket.send(WsBytes.close(1001));
      assertThat(webSocket.isAtEnd()).isTrue();
      assertThat(idle.isAtEnd()).isTrue();
      stop.join(GRACE.toMillis());
      assertThat(stop.isAlive()).isFalse();
      assertThatThrownBy(() -> new RawPeer(port)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void finishesTheRequestUnderWayWhenItStops() throws Exception {
    CountDownLatch stopping = new CountDownLatch(1);
    try (ListenerUnderTest server = ListenerUnderTest.start();
        RawPeer peer = new RawPeer(server.port());
        RawPeer idle = new RawPeer(server.port())) {
      server
          .inbox()
          .answerWith(
              (connection, message) -> {
                try {
                  stopping.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                FakeInbox.echo(connection, message);
              });
      peer.send(POLL);
      server.inbox().next();

      Thread stop = new Thread(() -> server.listener().stop(GRACE));
      stop.start();
      // That the idle connection has ended says that stopping has begun.
      assertThat(idle.isAtEnd()).isTrue();
      stopping.countDown();

      RawPeer.Response response = peer.response();
      assertThat(response.status()).isEqualTo(200);
      assertThat(peer.isAtEnd()).isTrue();
      stop.join(GRACE.toMillis());
      assertThat(stop.isAlive()).isFalse();
    }
  }

  @Test
  void tellsAgentsToComeBackLaterAndServesOperatorsWhileTheSocketsEnd_D12() throws Exception {
    try (ListenerUnderTest server = ListenerUnderTest.start();
        RawPeer webSocket = RawPeer.webSocket(server.port());
        RawPeer poller = new RawPeer(server.port());
        RawPeer operator = new RawPeer(server.port())) {
      poller.send(POLL);
      assertThat(poller.response().status()).isEqualTo(200);
      Thread stop = new Thread(() -> server.listener().stop(GRACE.multipliedBy(3)));
      stop.start();

      // The port stays open as long as this one does not answer.
      assertThat(webSocket.frame().closeCode()).isEqualTo(1001);
      poller.send(POLL);
      RawPeer.Response poll = poller.response();
      RawPeer.Response upgrade;
      try (RawPeer newcomer = new RawPeer(server.port())) {
        newcomer.send(RawPeer.handshake("/v1/opamp", ""));
        upgrade = newcomer.response();
      }
      operator.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      RawPeer.Response page = operator.response();
      webSocket.send(WsBytes.close(1001));

      assertThat(poll.status()).isEqualTo(503);
      assertThat(poll.text()).isEqualTo("the server is shutting down\n");
      assertThat(poll.headers()).containsEntry("Connection", "close");
      assertThat(poll.headers()).containsEntry("Retry-After", "30");
      assertThat(upgrade.status()).isEqualTo(503);
      assertThat(upgrade.headers()).containsEntry("Retry-After", "31");
      assertThat(page.status()).isEqualTo(200);
      assertThat(operator.isAtEnd()).as("idle, so it ends with the port").isTrue();
      stop.join(GRACE.toMillis());
      assertThat(stop.isAlive()).isFalse();
    }
  }

  @Test
  void closesManyWebSocketsEachOnceAndEndsWhenTheyHave_CLOSE_03() throws Exception {
    List<RawPeer> peers = new ArrayList<>();
    try (ListenerUnderTest server = ListenerUnderTest.start()) {
      for (int i = 0; i < 200; i++) {
        peers.add(RawPeer.webSocket(server.port()));
      }
      Thread stop = new Thread(() -> server.listener().stop(GRACE.multipliedBy(3)));
      stop.start();
      for (RawPeer peer : peers) {
        assertThat(peer.frame().closeCode()).isEqualTo(1001);
        peer.send(WsBytes.close(1001));
        assertThat(peer.isAtEnd()).isTrue();
      }
      stop.join(GRACE.toMillis());
      assertThat(stop.isAlive()).as("nothing is left to wait for").isFalse();
      assertThat(server.gate().status().connections()).isZero();
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void cutsWhoDoesNotEndInTime() throws Exception {
    try (ListenerUnderTest server = ListenerUnderTest.start();
        RawPeer stubborn = RawPeer.webSocket(server.port())) {
      server.listener().stop(Duration.ofMillis(50));

      assertThat(stubborn.frame().closeCode()).isEqualTo(1001);
      assertThat(stubborn.isAtEnd()).isTrue();
    }
  }

  @Test
  void namesThePortItCannotOpen() throws Exception {
    try (ListenerUnderTest server = ListenerUnderTest.start();
        FakeInbox inbox = new FakeInbox()) {
      ServerConfig defaults = ServerConfig.defaults();
      ServerConfig taken =
          new ServerConfig(
              new ServerConfig.Server("127.0.0.1", server.port(), Duration.ofSeconds(1)),
              defaults.agents(),
              defaults.storage());
      HttpListener second =
          new HttpListener(
              taken,
              TransportSettings.DEFAULT,
              inbox,
              server.memory(),
              server.gate(),
              new ResourceConfig(),
              server.events());

      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port());
    }
  }

  @Test
  void isBoundByItsModule() {
    MemoryBudget memory = new MemoryBudget(1);
    try (FakeInbox inbox = new FakeInbox()) {
      HttpListener listener =
          Guice.createInjector(
                  new TransportModule(),
                  new AbstractModule() {
                    @Override
                    protected void configure() {
                      bind(ServerConfig.class).toInstance(ServerConfig.defaults());
                      bind(AgentInbox.class).toInstance(inbox);
                      bind(MemoryBudget.class).toInstance(memory);
                      bind(AdmissionGate.class).toInstance(gate(memory));
                      bind(Application.class).toInstance(new ResourceConfig());
                      bind(LiveEvents.class).toInstance(new FakeLiveEvents());
                      bind(EventJournal.class).toInstance(new EventJournal(InstantSource.system()));
                    }
                  })
              .getInstance(HttpListener.class);

      assertThatThrownBy(listener::port).isInstanceOf(IllegalStateException.class);
    }
  }

  private static AdmissionGate gate(MemoryBudget memory) {
    return new AdmissionGate(
        ServerConfig.Admission.DEFAULT, memory, InstantSource.system(), new Random(1));
  }
}
