package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.util.Modules;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.transport.RawPeer;
import io.opamp4j.server.transport.WsBytes;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.storage.TextOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The end of a whole server, as its agents and its storage see it. */
class ShutdownIT {
  private static final int AGENTS = 30;

  private final KeptRecords kept = new KeptRecords();

  @Test
  void whatTheLastMessagesSaidIsInStorageWhenTheServerHasStopped_D12() throws Exception {
    List<RawPeer> peers = new ArrayList<>();
    Set<InstanceUid> uids = new HashSet<>();
    OpampServer server = start(Duration.ofSeconds(20));
    try {
      for (int i = 0; i < AGENTS; i++) {
        RawPeer peer = RawPeer.webSocket(server.port());
        peers.add(peer);
        InstanceUid uid = new InstanceUid(7, i);
        uids.add(uid);
        peer.send(WsBytes.binary(WsBytes.concat(new byte[1], report(uid).toByteArray())));
        assertThat(peer.frame().opcode()).isEqualTo(WsBytes.BINARY);
      }
      Thread close = new Thread(server::close);
      close.start();
      for (RawPeer peer : peers) {
        assertThat(closeCode(peer)).isEqualTo(1001);
        peer.send(WsBytes.close(1001));
        assertThat(peer.isAtEnd()).isTrue();
      }
      close.join(20_000);
      assertThat(close.isAlive()).isFalse();
      assertThat(kept.uids()).isEqualTo(uids);
    } finally {
      server.close();
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void peersThatDoNotAnswerCannotKeepItFromStopping() throws Exception {
    OpampServer server = start(Duration.ofMillis(200));
    try (RawPeer stubborn = RawPeer.webSocket(server.port())) {
      server.close();
      server.awaitClosed();
      assertThat(closeCode(stubborn)).isEqualTo(1001);
      assertThat(stubborn.isAtEnd()).isTrue();
    }
  }

  private OpampServer start(Duration drain) {
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, drain), defaults.agents(), defaults.storage());
    return OpampServer.builder()
        .config(config)
        .storage(
            Modules.override(new MemoryStoragePlugin().module(new TextOptions(List.of(), Map.of())))
                .with(
                    new AbstractModule() {
                      @Override
                      protected void configure() {
                        bind(AgentStore.class).toInstance(kept);
                      }
                    }))
        .start();
  }

  /** Pings and heartbeats of the server may come before. */
  private static int closeCode(RawPeer peer) throws IOException {
    RawPeer.Frame frame = peer.frame();
    while (frame.opcode() != WsBytes.CLOSE) {
      frame = peer.frame();
    }
    return frame.closeCode();
  }

  private static AgentToServer report(InstanceUid uid) {
    ByteString bytes = uid.toBytes();
    return AgentToServer.newBuilder()
        .setInstanceUid(bytes)
        .setCapabilities(1)
        .setAgentDescription(AgentDescription.getDefaultInstance())
        .build();
  }

  /** Outlives the server. */
  private static final class KeptRecords implements AgentStore {
    private final TreeMap<InstanceUid, AgentRecord> records = new TreeMap<>();

    synchronized Set<InstanceUid> uids() {
      return Set.copyOf(records.keySet());
    }

    @Override
    public synchronized Optional<AgentRecord> find(InstanceUid uid) {
      return Optional.ofNullable(records.get(uid));
    }

    @Override
    public synchronized Set<InstanceUid> save(Collection<AgentRecord> batch) {
      batch.forEach(record -> records.put(record.uid(), record));
      return Set.of();
    }

    @Override
    public synchronized boolean remove(InstanceUid uid) {
      return records.remove(uid) != null;
    }

    @Override
    public synchronized Page<AgentRecord> list(AgentQuery query) {
      return new Page<>(List.of(), false);
    }

    @Override
    public AgentChanges changes(long since, int limit) {
      return new AgentChanges(List.of(), List.of(), since, false);
    }

    @Override
    public synchronized long count() {
      return records.size();
    }
  }
}
