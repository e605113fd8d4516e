package io.opamp4j.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a client knows from before its start.
 *
 * @param memory with a uid at least
 * @param store where to keep it; empty if nothing is kept
 * @param complaint why there is no past although there is a store; empty if all is well
 */
record Past(ClientMemory memory, Optional<ClientStore> store, Optional<String> complaint) {
  private static final Logger LOG = System.getLogger(Past.class.getName());

  /**
   * Reads the store. A stored uid counts before any other (UID-02).
   *
   * @param uid makes one if none is stored
   * @param temporary whether the server is to be asked for another than that (UID-05)
   */
  static Past of(Optional<ClientStore> store, Supplier<InstanceUid> uid, boolean temporary) {
    Optional<String> complaint = Optional.empty();
    Optional<ClientMemory> memory = Optional.empty();
    if (store.isPresent()) {
      try {
        memory = store.get().load();
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "the client starts without a past", e);
        complaint = Optional.of(Callbacks.reason(e));
      }
    }
    ClientMemory known =
        memory
            .filter(stored -> InstanceUid.from(stored.getInstanceUid()).isPresent())
            .orElseGet(
                () ->
                    ClientMemory.newBuilder()
                        .setInstanceUid(uid.get().toBytes())
                        .setUidIsTemporary(temporary)
                        .build());
    return new Past(known, store, complaint);
  }

  /**
   * The report to start with. A configuration that is applied again is being applied; one that
   * failed stays failed, so that it is not offered again; and one whose end nobody saw is as if it
   * had never come.
   */
  AgentToServer report(AgentToServer report, boolean acceptsConfigs) {
    AgentToServer.Builder restored = report.toBuilder();
    if (memory.hasPackageStatuses()) {
      restored.setPackageStatuses(memory.getPackageStatuses());
    }
    RemoteConfigStatus status = memory.getRemoteConfigStatus();
    boolean failed = status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_FAILED;
    if (acceptsConfigs && restoresTold()) {
      restored.setRemoteConfigStatus(
          RemoteConfigStatus.newBuilder()
              .setLastRemoteConfigHash(status.getLastRemoteConfigHash())
              .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLYING));
    } else if (acceptsConfigs && failed) {
      restored.setRemoteConfigStatus(status);
    }
    return restored.build();
  }

  /** Whether the last good configuration is also the last one heard of. */
  boolean restoresTold() {
    ByteString good = memory.getGoodConfig().getConfigHash();
    return memory.hasGoodConfig()
        && good.equals(memory.getRemoteConfigStatus().getLastRemoteConfigHash());
  }
}
