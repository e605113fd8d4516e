package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What follows from one input. The caller carries it out from top to bottom.
 *
 * @param state replaces the state the input was given with
 * @param save replaces what was kept for a restart, before anything of this step reaches the world;
 *     empty if that has not changed
 * @param notices facts for the application, in order
 * @param send goes out on the connection at hand; empty if there is nothing to say
 * @param connection what to do with the connection, after the sending
 * @param wakeUp when to call {@link ClientMachine#wokeUp} unless another step comes first; it
 *     replaces any earlier one, and empty means there is nothing to wait for
 */
public record ClientStep(
    ClientState state,
    Optional<ClientMemory> save,
    List<Notice> notices,
    Optional<AgentToServer> send,
    ConnectionOrder connection,
    Optional<Instant> wakeUp) {

  /** What to do with the connection. */
  public enum ConnectionOrder {
    /** Leave it as it is. */
    KEEP,
    /** Open a new one, to {@link ClientState#target}; there is none at this point. */
    OPEN,
    /**
     * Close it in order, once what was sent is out; nothing it reports from then on matters but its
     * end.
     */
    CLOSE
  }

  public ClientStep {
    requireNonNull(state, "state");
    requireNonNull(save, "save");
    notices = List.copyOf(notices);
    requireNonNull(send, "send");
    requireNonNull(connection, "connection");
    requireNonNull(wakeUp, "wakeUp");
  }
}
