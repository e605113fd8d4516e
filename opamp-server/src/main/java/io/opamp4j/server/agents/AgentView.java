package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.AgentNote;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One agent as it is now: an immutable snapshot.
 *
 * @param uid the instance uid
 * @param status the derived state and its reason
 * @param statusSince when that state was entered
 * @param report the merged report
 * @param note what operators say of it
 * @param target what the operator wants for it
 * @param firstSeen when it first reported
 * @param lastSeen when anything was last heard of it
 * @param transport what carries its connection; empty when disconnected
 * @param remoteAddress where it connects from; empty when disconnected
 * @param node the id of the node that speaks for it, or did last; empty if no node ever claimed it,
 *     as where storage is not shared
 */
public record AgentView(
    InstanceUid uid,
    AgentStatus status,
    Instant statusSince,
    AgentToServer report,
    AgentNote note,
    Target target,
    Instant firstSeen,
    Instant lastSeen,
    Optional<Connection.Transport> transport,
    Optional<String> remoteAddress,
    Optional<String> node) {

  /** The operators' labels; attributes of the agent are not repeated here. */
  public Map<String, String> labels() {
    return note.labels();
  }
}
