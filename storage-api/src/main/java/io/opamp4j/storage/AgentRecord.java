package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * What is kept of one agent between connections and restarts. Times are UTC, cut to milliseconds.
 *
 * @param uid the agent's instance uid
 * @param report the merged report: every section the agent last reported
 * @param labels the operator's labels; attributes of the agent are not repeated here
 * @param firstSeen when the agent first reported
 * @param lastSeen when anything was last heard of the agent
 * @param ownership the server node that speaks for it
 */
public record AgentRecord(
    InstanceUid uid,
    AgentToServer report,
    Map<String, String> labels,
    Instant firstSeen,
    Instant lastSeen,
    Ownership ownership) {
  public AgentRecord {
    requireNonNull(uid, "uid");
    requireNonNull(report, "report");
    labels = Map.copyOf(labels);
    firstSeen = firstSeen.truncatedTo(ChronoUnit.MILLIS);
    lastSeen = lastSeen.truncatedTo(ChronoUnit.MILLIS);
    requireNonNull(ownership, "ownership");
  }
}
