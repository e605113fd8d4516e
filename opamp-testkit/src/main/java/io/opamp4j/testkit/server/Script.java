package io.opamp4j.testkit.server;

import io.opamp4j.core.Capabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the server is to do. Written by the test, read on the event loop. */
final class Script {
  final ConnectionScript connections = new ConnectionScript();
  final MessageScript messages = new MessageScript();
  final Downloads downloads = new Downloads();
  volatile Predicate<Request> admission = request -> true;
  volatile Function<AgentToServer, ServerToAgent> answers = Script::acknowledgement;
  private final Queue<ServerToAgent> pushes = new ConcurrentLinkedQueue<>();

  /** The shortest honest answer: the uid and what the server can do (STAT-07, CAP-08). */
  private static ServerToAgent acknowledgement(AgentToServer message) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(message.getInstanceUid())
        .setCapabilities(Capabilities.DEFINED_SERVER)
        .build();
  }

  /** Goes out with the next ordinary answer. */
  void pushLater(ServerToAgent message) {
    pushes.add(message);
  }

  /** The ordinary answer, with what waits for one. */
  ServerToAgent ordinary(AgentToServer message) {
    ServerToAgent answer = answers.apply(message);
    return Optional.ofNullable(pushes.poll())
        .map(push -> answer.toBuilder().mergeFrom(push).build())
        .orElse(answer);
  }
}
