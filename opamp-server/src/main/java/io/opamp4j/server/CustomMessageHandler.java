package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentDescription;
import java.util.List;
import java.util.Set;

/**
 * Understands the custom messages of one or more capabilities. For users to implement: found with
 * {@link java.util.ServiceLoader} on the class path and in {@code plugins/}, or given to {@link
 * OpampServer.Builder#customMessageHandler}. The server announces the capabilities to every agent
 * (CUSTOM-01).
 *
 * <p>Calls come on threads of their own, which may block: those of one agent in the order of its
 * messages, those of different agents at the same time. Whoever is slow delays nobody but other
 * handlers; when too much waits, messages are dropped and a warning is logged. What a call throws
 * is logged and dropped.
 */
public interface CustomMessageHandler {

  /**
   * The custom capabilities this handler stands for, such as {@code com.example.pause/v1}
   * (CUSTOM-05): at least one, the same each time, and of no other handler.
   */
  Set<String> capabilities();

  /**
   * The server has started. Called once, before any message.
   *
   * @param sender sends messages that are no replies; may be kept
   */
  default void started(CustomMessageSender sender) {}

  /**
   * An agent sent a message of one of the capabilities. A message that the agent repeats because it
   * missed the answer comes only once.
   *
   * @return messages of the same capability to that agent, in order; empty for none. They are
   *     dropped if the agent has not announced the capability (CUSTOM-09), is gone by then, or has
   *     more waiting than it fetches
   */
  List<Reply> received(Received message);

  /**
   * A custom message of an agent.
   *
   * @param agent who sent it
   * @param description who the agent says it is, attributes and all; empty if it never said
   * @param capability what it belongs to, one of the handler's own
   * @param type as the agent wrote it, known or not; a type that is not known is to be ignored
   *     (CUSTOM-06)
   * @param data the content, opaque to the server (CUSTOM-08)
   */
  record Received(
      InstanceUid agent,
      AgentDescription description,
      String capability,
      String type,
      ByteString data) {
    public Received {
      requireNonNull(agent, "agent");
      requireNonNull(description, "description");
      requireNonNull(capability, "capability");
      requireNonNull(type, "type");
      requireNonNull(data, "data");
    }
  }

  /**
   * A message in return.
   *
   * @param type what the capability calls it
   * @param data the content
   */
  record Reply(String type, ByteString data) {
    public Reply {
      requireNonNull(type, "type");
      requireNonNull(data, "data");
    }
  }
}
