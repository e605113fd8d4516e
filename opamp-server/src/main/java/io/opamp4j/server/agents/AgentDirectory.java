package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the agents this server knows, connected or not. Thread-safe; answers from memory. */
public interface AgentDirectory {

  /** The agent, or empty if it is unknown. */
  Optional<AgentView> find(InstanceUid uid);

  /**
   * Agents in ascending order of uid, weakly consistent with what goes on meanwhile.
   *
   * @param after only uids above this one; empty starts at the beginning
   */
  Stream<AgentView> list(Optional<InstanceUid> after);
}
