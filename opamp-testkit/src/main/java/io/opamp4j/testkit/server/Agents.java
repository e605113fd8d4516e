package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import org.jspecify.annotations.Nullable;

/** Who is there. Belongs to the event loop. */
final class Agents {
  private final Script script;
  private final Journal journal;
  private ByteString uid = ByteString.EMPTY;
  private Exchange.@Nullable Socket socket;

  Agents(Script script, Journal journal) {
    this.script = requireNonNull(script, "script");
    this.journal = requireNonNull(journal, "journal");
  }

  Script script() {
    return script;
  }

  Journal journal() {
    return journal;
  }

  void heard(AgentToServer message) {
    uid = message.getInstanceUid();
  }

  /** The WebSocket that pushes go to from now on. */
  void opened(Exchange.Socket latest) {
    socket = latest;
  }

  void closed(Exchange.Socket gone) {
    if (socket == gone) {
      socket = null;
    }
  }

  /** At once over a WebSocket, else with the next answer (HTTP-07). */
  void push(ServerToAgent message) {
    if (socket != null) {
      socket.send(message);
    } else {
      script.pushLater(message);
    }
  }

  /** The message with the uid of the agent that spoke last, unless it has one (UID-07). */
  ServerToAgent addressed(ServerToAgent message) {
    return message.getInstanceUid().isEmpty()
        ? message.toBuilder().setInstanceUid(uid).build()
        : message;
  }
}
