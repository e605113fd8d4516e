package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.cluster.NodeLoad;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeWorkTest {
  private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
  private final NodeWork work = new NodeWork(hub.sessions, hub.registry, hub.gate, hub.intake);
  private final List<FakeConnection> sockets = new ArrayList<>();

  private void connect(int count) {
    for (int i = 0; i < count; i++) {
      FakeConnection socket = FakeConnection.socket("s" + i);
      sockets.add(socket);
      hub.hub.opened(socket);
      hub.deliver(socket, Hub.first(new InstanceUid(9, i), 1));
    }
  }

  private long closed() {
    return sockets.stream().filter(socket -> !socket.closes().isEmpty()).count();
  }

  @Test
  void tellsHowMuchThereIsToDo() {
    assertThat(work.load(hub.time.instant())).isEqualTo(NodeLoad.NONE);
    connect(20);
    hub.time.advance(Duration.ofSeconds(10));
    NodeLoad load = work.load(hub.time.instant());
    assertThat(load.agents()).isEqualTo(20);
    assertThat(load.messagesPerSecond()).isEqualTo(2);
    assertThat(work.load(hub.time.instant()).messagesPerSecond())
        .as("asked again at once")
        .isEqualTo(2);
    hub.time.advance(Duration.ofSeconds(10));
    assertThat(work.load(hub.time.instant()).messagesPerSecond()).isZero();
  }

  /** CLOSE-03. */
  @Test
  void closesAsManyConnectionsAsOrderedSliceBySlice() {
    connect(3_000);
    work.tick(hub.time.instant());
    assertThat(closed()).as("nothing was ordered").isZero();
    work.shed(2_000);
    assertThat(work.load(hub.time.instant()).toClose()).isEqualTo(2_000);

    work.tick(hub.time.instant());
    long first = closed();
    assertThat(first).isBetween(1L, 500L);
    assertThat(work.load(hub.time.instant()).toClose()).isEqualTo(2_000 - (int) first);
    long before = first;
    for (int tick = 0; tick < 300 && closed() < 2_000; tick++) {
      hub.time.advance(Duration.ofMillis(200));
      work.tick(hub.time.instant());
      assertThat(closed() - before).isLessThan(500);
      before = closed();
    }
    assertThat(closed()).isEqualTo(2_000);
    assertThat(work.load(hub.time.instant()).toClose()).isZero();
    assertThat(sockets)
        .filteredOn(socket -> !socket.closes().isEmpty())
        .allMatch(socket -> socket.closes().size() == 1)
        .allMatch(socket -> socket.closes().get(0).startsWith("1001"));
    assertThat(hub.gate.status().draining()).as("nobody is refused").isFalse();
  }

  @Test
  void closesAllItHasWhenMoreIsOrdered() {
    connect(3);
    work.shed(10);
    work.shed(-5);
    hub.time.advance(Duration.ofSeconds(1));
    work.tick(hub.time.instant());
    assertThat(closed()).isEqualTo(3);
    work.tick(hub.time.instant());
    assertThat(work.load(hub.time.instant()).toClose()).isZero();
  }
}
