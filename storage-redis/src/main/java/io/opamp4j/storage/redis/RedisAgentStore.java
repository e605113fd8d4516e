package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.ReportSections;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
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
  private static final int HASH_BYTES = 32;
  private static final byte[] NONE = new byte[0];

  private final Redis redis;

  /** Sections that a reader found damaged; the next writer that has them replaces them. */
  private final Set<ContentHash> spoiled = ConcurrentHashMap.newKeySet();

  RedisAgentStore(Redis redis) {
    this.redis = redis;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    Answer answer = answer(Script.FIND_AGENT, List.of(), List.of(bytes(uid)));
    byte[] value = answer.found().get(1);
    if (value.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(decode(uid, value, answer));
    } catch (IOException e) {
      throw new StorageException(damaged(uid, e), false, e);
    }
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> records) {
    List<byte[]> arguments = new ArrayList<>(5 * records.size());
    Map<ContentHash, ByteString> sections = new HashMap<>();
    for (AgentRecord record : records) {
      ReportSections.Parts parts = ReportSections.split(record.report());
      sections.putAll(parts.contents());
      arguments.add(bytes(record.uid()));
      arguments.add(AgentValues.encode(record, parts));
      arguments.add(
          record.ownership().node().isEmpty()
              ? NONE
              : owned(record.ownership().node(), bytes(record.uid())));
      arguments.add(Bytes.of("%019d".formatted(record.ownership().term())));
      arguments.add(parts.references().toBytes().toByteArray());
    }
    redis.requireOpen();
    return arguments.isEmpty() ? Set.of() : save(arguments, sections);
  }

  /** Redis has most sections already: they are brought when it says that it does not. */
  private Set<InstanceUid> save(List<byte[]> records, Map<ContentHash, ByteString> sections) {
    Set<ContentHash> brought = new HashSet<>(spoiled);
    brought.retainAll(sections.keySet());
    while (true) {
      List<byte[]> arguments = new ArrayList<>(records.size() + 2 * brought.size() + 1);
      arguments.add(Bytes.of(Integer.toString(brought.size())));
      for (ContentHash hash : brought) {
        arguments.add(hash.bytes().toByteArray());
        arguments.add(sections.getOrDefault(hash, ByteString.EMPTY).toByteArray());
      }
      arguments.addAll(records);
      List<byte[]> answer =
          Bytes.list(redis.script(Script.SAVE_AGENTS, redis.keys().agents(), arguments));
      List<byte[]> named = answer.subList(1, answer.size());
      if (Bytes.text(answer.get(0)).equals("1")) {
        spoiled.removeAll(brought);
        return named.stream()
            .map(uid -> InstanceUid.from(ByteString.copyFrom(uid)).orElseThrow())
            .collect(Collectors.toSet());
      }
      // Each time at least one more, as what is brought is never asked for.
      named.forEach(hash -> brought.add(new ContentHash(ByteString.copyFrom(hash))));
    }
  }

  @Override
  public boolean remove(InstanceUid uid) {
    List<byte[]> arguments = List.of(bytes(uid), Bytes.of(Integer.toString(AgentChanges.REMOVALS)));
    return (Long) redis.script(Script.REMOVE_AGENT, redis.keys().agents(), arguments) > 0;
  }

  @Override
  public AgentChanges changes(long since, int limit) {
    AgentChanges.requireValid(since, limit);
    Answer answer =
        answer(
            Script.CHANGED_AGENTS,
            List.of(redis.keys().lastAgentChange(), redis.keys().agentChanges()),
            List.of(Bytes.of(Long.toString(since)), Bytes.of(Integer.toString(limit + 1))));
    List<byte[]> found = answer.found();
    boolean more = found.size() > 3 * limit;
    List<AgentRecord> saved = new ArrayList<>();
    List<InstanceUid> removed = new ArrayList<>();
    long last = since;
    for (int i = 0; i < Math.min(found.size(), 3 * limit); i += 3) {
      last = Long.parseLong(Bytes.text(found.get(i + 1)));
      if (found.get(i + 2).length == 0) {
        InstanceUid.from(ByteString.copyFrom(found.get(i))).ifPresent(removed::add);
      } else {
        decoded(found.get(i), found.get(i + 2), answer).ifPresent(saved::add);
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
    return Listing.page(
        from,
        query.limit(),
        place -> {
          Answer answer = read(index, place, to, query.limit() + 1);
          return Listing.entries(answer.found(), (uid, value) -> decoded(uid, value, answer));
        },
        uid -> Bytes.join('(', owner, uid));
  }

  /** Uids and records in turn. */
  private Answer read(byte[] index, byte[] from, byte[] to, int limit) {
    return answer(
        Script.LIST_AGENTS,
        List.of(index),
        List.of(
            from, to, Bytes.of(Integer.toString(limit)), Bytes.of(Integer.toString(UID_BYTES))));
  }

  /**
   * What a script found, and the sections that belong to it.
   *
   * @param found byte strings, those that are not there empty
   */
  private record Answer(List<byte[]> found, ReportSections.Joiner joiner) {}

  private Answer answer(Script script, List<byte[]> moreKeys, List<byte[]> arguments) {
    Keys keys = redis.keys();
    List<byte[]> all = new ArrayList<>();
    all.add(keys.agentRecords());
    all.add(keys.agentReferences());
    all.add(keys.sections());
    all.addAll(moreKeys);
    List<?> both = (List<?>) redis.script(script, all, arguments);
    List<byte[]> sections = Bytes.list(both.get(1));
    Map<ContentHash, ByteString> contents = new HashMap<>();
    for (int i = 0; i < sections.size(); i += 2) {
      if (sections.get(i).length == HASH_BYTES) {
        ContentHash hash = new ContentHash(ByteString.copyFrom(sections.get(i)));
        contents.put(hash, ByteString.copyFrom(sections.get(i + 1)));
      }
    }
    return new Answer(Bytes.list(both.get(0)), new ReportSections.Joiner(contents));
  }

  private AgentRecord decode(InstanceUid uid, byte[] value, Answer answer) throws IOException {
    try {
      return AgentValues.decode(uid, value, answer.joiner());
    } catch (ReportSections.DamagedSectionException e) {
      spoiled.add(e.hash());
      throw e;
    }
  }

  @Override
  public long count() {
    return redis.call(client -> client.zcard(redis.keys().agentUids()));
  }

  private Optional<AgentRecord> decoded(byte[] name, byte[] value, Answer answer) {
    Optional<InstanceUid> uid = InstanceUid.from(ByteString.copyFrom(name));
    if (uid.isEmpty()) {
      LOG.warn("an index of agents has a member that is no uid; it is skipped");
      return Optional.empty();
    }
    try {
      return Optional.of(decode(uid.get(), value, answer));
    } catch (IOException e) {
      LOG.warn("{}; it is skipped", damaged(uid.get(), e));
      return Optional.empty();
    }
  }

  private static String damaged(InstanceUid uid, IOException e) {
    return "the stored record of agent " + uid + " is damaged: " + e.getMessage();
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
