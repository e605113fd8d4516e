package io.opamp4j.testkit.storage;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/**
 * Made-up records of agents whose effective configurations are large enough to be kept apart, and
 * the same for the same number, for tests of how a backend keeps what agents share.
 */
public final class SectionedRecords {
  private static final int BYTES = 20_000;

  private SectionedRecords() {}

  /** The uid of an agent; uids are in the order of their numbers. */
  public static InstanceUid uid(long agent) {
    return new InstanceUid(0, agent);
  }

  /** A configuration that cannot be compressed. */
  public static EffectiveConfig config(int number) {
    byte[] body = new byte[BYTES];
    new Random(number).nextBytes(body);
    return EffectiveConfig.newBuilder()
        .setConfigMap(
            AgentConfigMap.newBuilder()
                .putConfigMap(
                    "main",
                    AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(body)).build()))
        .build();
  }

  /**
   * An agent that runs with a configuration.
   *
   * @param config 0 for none; it is also the sequence number of the report
   */
  public static AgentRecord record(long agent, int config) {
    AgentToServer.Builder report = AgentToServer.newBuilder().setSequenceNum(config);
    if (config > 0) {
      report.setEffectiveConfig(config(config));
    }
    return record(agent, report.build());
  }

  /** An agent that nobody owns and that was seen once, long ago. */
  public static AgentRecord record(long agent, AgentToServer report) {
    return new AgentRecord(
        uid(agent), report, Map.of(), Instant.EPOCH, Instant.EPOCH, Ownership.NONE);
  }

  /** The same in the hands of a node that is named after the term. */
  public static AgentRecord owned(AgentRecord record, long term) {
    return new AgentRecord(
        record.uid(),
        record.report(),
        record.labels(),
        record.firstSeen(),
        record.lastSeen(),
        new Ownership(term, "n" + term, ByteString.EMPTY));
  }
}
