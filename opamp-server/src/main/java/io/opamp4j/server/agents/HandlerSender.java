package io.opamp4j.server.agents;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.server.CustomMessageSender;
import jakarta.inject.Inject;

/** Puts messages of handlers into the outboxes of agents. */
final class HandlerSender implements CustomMessageSender {
  private final Sessions sessions;
  private final AgentWork work;

  @Inject
  HandlerSender(Sessions sessions, AgentWork work) {
    this.sessions = sessions;
    this.work = work;
  }

  @Override
  public boolean send(InstanceUid agent, String capability, String type, ByteString data) {
    CustomMessage message =
        CustomMessage.newBuilder()
            .setCapability(requireNonNull(capability, "capability"))
            .setType(requireNonNull(type, "type"))
            .setData(requireNonNull(data, "data"))
            .build();
    return sessions
        .find(requireNonNull(agent, "agent"))
        .filter(session -> isAccepted(session.now(), capability))
        .map(session -> send(session, message))
        .orElse(false);
  }

  private boolean send(AgentSession session, CustomMessage message) {
    if (!session.outbox().offer(message)) {
      return false;
    }
    session.mailbox().post(() -> work.deliver(session));
    return true;
  }

  /** An agent that is connected to another node cannot be reached from here. */
  private static boolean isAccepted(AgentSession.Now agent, String capability) {
    return agent.connection().isPresent()
        && agent
            .state()
            .report()
            .getCustomCapabilities()
            .getCapabilitiesList()
            .contains(capability);
  }
}
