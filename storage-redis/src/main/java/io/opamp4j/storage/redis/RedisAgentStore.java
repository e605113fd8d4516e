package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All agents in one slot, because a batch is seen whole or not at all. Two sorted sets answer
 * queries without a look at the rest: the uids, and the uids by owner. A record that cannot be
 * decoded is left out of listings and named in the log.
 */
final class RedisAgentStore implements AgentStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisAgentStore.class);
  private static final int UID_BYTES = 16;
  private static final byte[] NONE = new byte[0];

  private final Redis redis;

  RedisAgentStore(Redis redis) {
    this.redis = redis;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    byte[] value = redis.call(client -> client.hget(redis.keys().agentRecords(), bytes(uid)));
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(AgentValues.decode(uid, value));
    } catch (IOException e) {
      throw new StorageException(damaged(uid, e), false, e);
    }
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> records) {
    List<byte[]> arguments = new ArrayList<>(4 * records.size());
    for (AgentRecord record : records) {
      arguments.add(bytes(record.uid()));
      arguments.add(AgentValues.encode(record));
      arguments.add(
          record.ownership().node().isEmpty()
              ? NONE
              : owned(record.ownership().node(), bytes(record.uid())));
      arguments.add(Bytes.of("%019d".formatted(record.ownership().term())));
    }
    redis.requireOpen();
    Set<InstanceUid> left = new HashSet<>();
    if (!arguments.isEmpty()) {
      for (byte[] uid : Bytes.list(redis.script(Script.SAVE_AGENTS, keys(), arguments))) {
        InstanceUid.from(ByteString.copyFrom(uid)).ifPresent(left::add);
      }
    }
    return left;
  }

  @Override
  public boolean remove(InstanceUid uid) {
    List<byte[]> arguments = List.of(bytes(uid), Bytes.of(Integer.toString(AgentChanges.REMOVALS)));
    return (Long) redis.script(Script.REMOVE_AGENT, keys(), arguments) > 0;
  }

  @Override
  public AgentChanges changes(long since, int limit) {
    AgentChanges.requireValid(since, limit);
    Keys keys = redis.keys();
    List<byte[]> found =
        Bytes.list(
            redis.script(
                Script.CHANGED_AGENTS,
                List.of(keys.agentRecords(), keys.lastAgentChange(), keys.agentChanges()),
                List.of(Bytes.of(Long.toString(since)), Bytes.of(Integer.toString(limit + 1)))));
    boolean more = found.size() > 3 * limit;
    List<AgentRecord> saved = new ArrayList<>();
    List<InstanceUid> removed = new ArrayList<>();
    long last = since;
    for (int i = 0; i < Math.min(found.size(), 3 * limit); i += 3) {
      last = Long.parseLong(Bytes.text(found.get(i + 1)));
      if (found.get(i + 2).length == 0) {
        InstanceUid.from(ByteString.copyFrom(found.get(i))).ifPresent(removed::add);
      } else {
        decoded(found.get(i), found.get(i + 2)).ifPresent(saved::add);
      }
    }
    return new AgentChanges(saved, removed, last, more);
  }

  @Override
  public Page<AgentRecord> list(AgentQuery query) {
    byte[] owner = query.ownerNode().map(name -> owned(name, NONE)).orElse(NONE);
    boolean all = query.ownerNode().isEmpty();
    byte[] from =
        query
            .after()
            .map(uid -> Bytes.join('(', owner, bytes(uid)))
            .orElseGet(() -> all ? Bytes.of("-") : Bytes.join('[', owner, NONE));
    byte[] to = all ? Bytes.of("+") : Bytes.join('(', owner, aboveEveryUid());
    byte[] index = all ? redis.keys().agentUids() : redis.keys().agentsByOwner();
    while (true) {
      List<byte[]> found = read(index, from, to, query.limit() + 1);
      boolean more = found.size() > 2 * query.limit();
      List<AgentRecord> items = new ArrayList<>();
      for (int i = 0; i < Math.min(found.size(), 2 * query.limit()); i += 2) {
        decoded(found.get(i), found.get(i + 1)).ifPresent(items::add);
      }
      if (!items.isEmpty() || !more) {
        return new Page<>(items, more);
      }
      // A page of nothing but damaged records must not end the listing.
      from = Bytes.join('(', owner, found.get(2 * query.limit() - 2));
    }
  }

  /** Uids and records in turn. */
  private List<byte[]> read(byte[] index, byte[] from, byte[] to, int limit) {
    return Bytes.list(
        redis.script(
            Script.LIST,
            List.of(redis.keys().agentRecords(), index),
            List.of(
                from,
                to,
                Bytes.of(Integer.toString(limit)),
                Bytes.of(Integer.toString(UID_BYTES)))));
  }

  @Override
  public long count() {
    return redis.call(client -> client.zcard(redis.keys().agentUids()));
  }

  private static Optional<AgentRecord> decoded(byte[] name, byte[] value) {
    Optional<InstanceUid> uid = InstanceUid.from(ByteString.copyFrom(name));
    if (uid.isEmpty()) {
      LOG.warn("an index of agents has a member that is no uid; it is skipped");
      return Optional.empty();
    }
    try {
      return Optional.of(AgentValues.decode(uid.get(), value));
    } catch (IOException e) {
      LOG.warn("{}; it is skipped", damaged(uid.get(), e));
      return Optional.empty();
    }
  }

  private static String damaged(InstanceUid uid, IOException e) {
    return "the stored record of agent " + uid + " is damaged: " + e.getMessage();
  }

  private List<byte[]> keys() {
    Keys keys = redis.keys();
    return List.of(
        keys.agentRecords(),
        keys.agentUids(),
        keys.agentsByOwner(),
        keys.agentOwners(),
        keys.agentTerms(),
        keys.lastAgentChange(),
        keys.agentChanges(),
        keys.removedAgents());
  }

  private static byte[] bytes(InstanceUid uid) {
    return uid.toBytes().toByteArray();
  }

  /** The owner's length goes in front, so that no owner's members begin like another's. */
  private static byte[] owned(String owner, byte[] uid) {
    byte[] name = owner.getBytes(UTF_8);
    return Bytes.join(Integer.toString(name.length) + ':', name, uid);
  }

  private static byte[] aboveEveryUid() {
    byte[] above = new byte[UID_BYTES + 1];
    Arrays.fill(above, (byte) 0xFF);
    return above;
  }
}
