package io.opamp4j.testkit;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A well-behaved agent as a script: it makes the messages a test wants it to send, counts their
 * sequence numbers, leaves out what it has told already, and remembers what the server said. It
 * knows no transport and no time. Not thread-safe.
 */
public final class FakeAgent {
  private final long capabilities;
  private InstanceUid uid;
  private AgentToServer report;
  private AgentToServer told;
  private long sequence;
  private Optional<AgentRemoteConfig> offer = Optional.empty();

  /**
   * An agent that has said nothing yet.
   *
   * @param name its {@code service.name}
   * @param capabilities its mask, reported in every message (CAP-02)
   */
  public FakeAgent(InstanceUid uid, String name, long capabilities) {
    this.uid = requireNonNull(uid, "uid");
    this.capabilities = capabilities;
    this.told = AgentToServer.getDefaultInstance();
    this.report =
        AgentToServer.newBuilder()
            .setAgentDescription(
                AgentDescription.newBuilder()
                    .addIdentifyingAttributes(
                        KeyValue.newBuilder()
                            .setKey("service.name")
                            .setValue(AnyValue.newBuilder().setStringValue(name))))
            .build();
  }

  /** The uid it goes by; the server may have replaced the first one (UID-08). */
  public InstanceUid uid() {
    return uid;
  }

  /** The last configuration it was offered. */
  public Optional<AgentRemoteConfig> offer() {
    return offer;
  }

  /** The next message: what has changed since the last one, and nothing else (COMPRESS-01). */
  public AgentToServer next() {
    return message(Reports.diff(told, current()));
  }

  /** The next message with something changed in the report before it. */
  public AgentToServer next(Consumer<AgentToServer.Builder> change) {
    change(change);
    return next();
  }

  /** Something changes in the report; the next message will tell. */
  public void change(Consumer<AgentToServer.Builder> change) {
    AgentToServer.Builder changed = report.toBuilder();
    change.accept(changed);
    report = changed.build();
  }

  /** The next message with everything in it (SEQ-05). */
  public AgentToServer fullState() {
    return message(current());
  }

  /** The next message, which says that the offered configuration is being put to use. */
  public AgentToServer applying() {
    return outcome(RemoteConfigStatuses.RemoteConfigStatuses_APPLYING, "");
  }

  /** The next message, which says that the offered configuration is in use. */
  public AgentToServer applied() {
    AgentConfigMap files = offered().getConfig();
    report =
        report.toBuilder()
            .setEffectiveConfig(EffectiveConfig.newBuilder().setConfigMap(files))
            .build();
    return outcome(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED, "");
  }

  /** The next message, which says that the offered configuration was refused. */
  public AgentToServer failed(String reason) {
    return outcome(RemoteConfigStatuses.RemoteConfigStatuses_FAILED, reason);
  }

  /** The last message of a connection (CLOSE-01). */
  public AgentToServer goodbye() {
    return message(
        Reports.diff(told, current()).toBuilder()
            .setAgentDisconnect(AgentDisconnect.getDefaultInstance())
            .build());
  }

  /** A message was lost: it counts for the sequence number, but what it said must be told again. */
  public void lost(AgentToServer message) {
    requireNonNull(message, "message");
    told = AgentToServer.getDefaultInstance();
  }

  /**
   * Takes what the server said.
   *
   * @return whether the server asks for the full state
   */
  public boolean heard(ServerToAgent message) {
    if (!message.getInstanceUid().equals(uid.toBytes())) {
      throw new IllegalArgumentException("a message for another agent came to " + uid);
    }
    if (message.hasRemoteConfig()) {
      offer = Optional.of(message.getRemoteConfig());
    }
    if (message.hasAgentIdentification()) {
      uid =
          InstanceUid.from(message.getAgentIdentification().getNewInstanceUid())
              .orElseThrow(() -> new IllegalArgumentException("the new uid has not 16 bytes"));
    }
    return (message.getFlags() & ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE) != 0;
  }

  private AgentToServer outcome(RemoteConfigStatuses status, String error) {
    ByteString hash = offered().getConfigHash();
    return next(
        changed ->
            changed.setRemoteConfigStatus(
                RemoteConfigStatus.newBuilder()
                    .setLastRemoteConfigHash(hash)
                    .setStatus(status)
                    .setErrorMessage(error)));
  }

  private AgentRemoteConfig offered() {
    return offer.orElseThrow(() -> new IllegalStateException(uid + " was offered nothing"));
  }

  private AgentToServer current() {
    return report.toBuilder().setInstanceUid(uid.toBytes()).setCapabilities(capabilities).build();
  }

  private AgentToServer message(AgentToServer content) {
    told = Reports.merge(told, content);
    return content.toBuilder().setSequenceNum(sequence++).build();
  }
}
