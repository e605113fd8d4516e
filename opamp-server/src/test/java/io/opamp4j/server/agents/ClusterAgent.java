package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An agent that can go from node to node of a {@link Cluster}. */
final class ClusterAgent {
  private static final long CAPABILITIES =
      Capabilities.of(
          AgentCapabilities.AgentCapabilities_ReportsStatus,
          AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig,
          AgentCapabilities.AgentCapabilities_ReportsRemoteConfig,
          AgentCapabilities.AgentCapabilities_AcceptsRestartCommand,
          AgentCapabilities.AgentCapabilities_ReportsHeartbeat);

  final FakeAgent self;
  private final List<FakeConnection> sockets = new ArrayList<>();
  Cluster.@Nullable Node node;
  private @Nullable FakeConnection socket;
  int restarts;

  /** What it does with a configuration it is offered: whether it can apply it. */
  Predicate<ByteString> takes = hash -> true;

  ClusterAgent(InstanceUid uid) {
    this(uid, "agent");
  }

  /**
   * @param name its {@code service.name}
   */
  ClusterAgent(InstanceUid uid, String name) {
    self = new FakeAgent(uid, name, CAPABILITIES);
  }

  InstanceUid uid() {
    return self.uid();
  }

  FakeConnection socket() {
    if (socket == null) {
      throw new IllegalStateException(uid() + " is not connected");
    }
    return socket;
  }

  /** Opens a WebSocket to this node; of an older one the server does not hear any more. */
  ClusterAgent connect(Cluster.Node to) {
    FakeConnection opened = FakeConnection.socket(uid() + "/" + sockets.size());
    sockets.add(opened);
    socket = opened;
    node = to;
    opened.onPing(
        () -> {
          if (opened == socket && to.works()) {
            to.hub.hub.pong(opened);
          }
        });
    to.receive(() -> to.hub.hub.opened(opened));
    say(self.next());
    return this;
  }

  /** Polls a node. */
  ClusterAgent poll(Cluster.Node to) {
    FakeConnection exchange = FakeConnection.exchange(uid() + "/" + sockets.size());
    sockets.add(exchange);
    socket = exchange;
    node = to;
    say(self.next());
    return this;
  }

  /** The WebSocket ends, and the node notices. */
  void close() {
    Cluster.Node at = node;
    FakeConnection closed = socket;
    node = null;
    socket = null;
    if (at != null && closed != null) {
      at.receive(() -> at.hub.hub.closed(closed, "closed by the peer (1000)"));
    }
  }

  void heartbeat() {
    if (node != null) {
      say(self.next());
    }
  }

  /** Whether the server has told it to go. */
  boolean isSentAway() {
    return socket != null && !socket.closes().isEmpty();
  }

  /** Takes what was sent to it, and answers. */
  void listen() {
    for (FakeConnection each : List.copyOf(sockets)) {
      for (ServerToAgent message : each.takeSent()) {
        restarts += message.hasCommand() ? 1 : 0;
        if (each == socket) {
          hear(message);
        }
      }
    }
  }

  private void hear(ServerToAgent message) {
    if (message.hasErrorResponse()) {
      return;
    }
    if (self.heard(message)) {
      say(self.fullState());
    }
    if (message.hasRemoteConfig()) {
      boolean good = takes.test(message.getRemoteConfig().getConfigHash());
      say(good ? self.applied() : self.failed("it cannot"));
    }
  }

  private void say(AgentToServer message) {
    Cluster.Node at = node;
    FakeConnection over = socket;
    if (at == null || over == null) {
      self.lost(message);
    } else {
      at.receive(() -> at.hub.hub.received(over, message));
      if (!at.works()) {
        self.lost(message);
      }
    }
  }
}
