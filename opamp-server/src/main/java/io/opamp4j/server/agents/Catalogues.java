package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.CatalogueInquiry;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.fleet.Components;
import io.opamp4j.storage.StorageException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents consist of: every catalogue of components once, by the hash the agents report
 * (COMP-06, D17). Answers from memory; thread-safe. What an agent sent is written to storage soon
 * after, and asked for again if that was too late.
 *
 * <p>The hash is the agent's own, so nobody can check it: of two catalogues under one hash the
 * first is kept. Memory is bounded; what is too large, or too much, is not kept.
 */
public final class Catalogues implements Components {
  /** The largest that is kept, in bytes on the wire; a large collector has 300 KiB. */
  static final int LARGEST = 4 * 1024 * 1024;

  /** All together, in bytes on the wire. */
  static final long MOST_BYTES = 32L * 1024 * 1024;

  /** Hashes that are being asked for at one time; beyond, the oldest is forgotten. */
  static final int MOST_INQUIRIES = 1_000;

  /** A catalogue that nobody has reported for one to two of these is forgotten. */
  static final Duration PRUNING = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(Catalogues.class);

  private final CatalogueStore store;
  private final Claims claims;
  private final InstantSource clock;
  private final ConcurrentMap<ByteString, AvailableComponents> known = new ConcurrentHashMap<>();
  private final Set<ByteString> unwritten = ConcurrentHashMap.newKeySet();
  private final Set<String> hints = ConcurrentHashMap.newKeySet();

  private final Object lock = new Object();
  // guarded by lock
  private final Map<ByteString, CatalogueInquiry> inquiries = new LinkedHashMap<>();
  private long bytes;

  private volatile Consumer<ByteString> settled = hash -> {};

  // The thread that calls upkeep.
  private Set<ByteString> unusedBefore = Set.of();
  private Instant nextPruning = Instant.MIN;
  private Instant lastUpkeep = Instant.MIN;

  @Inject
  Catalogues(CatalogueStore store, Claims claims, InstantSource clock) {
    this.store = store;
    this.claims = claims;
    this.clock = clock;
  }

  /** Hears of each hash that is not awaited any more, known or given up. Called once. */
  void follow(Consumer<ByteString> listener) {
    settled = listener;
  }

  /**
   * The catalogue of this hash; empty if no agent has told it yet.
   *
   * @param hash as agents report it
   */
  @Override
  public Optional<AvailableComponents> find(ByteString hash) {
    return Optional.ofNullable(known.get(hash));
  }

  /**
   * As {@link #find}, but looks into storage too, where another node may have put it. Blocks.
   *
   * @throws StorageException if storage cannot be read
   */
  public Optional<AvailableComponents> findAnywhere(ByteString hash) {
    boolean possible = !hash.isEmpty() && hash.size() <= CatalogueStore.LONGEST_HASH;
    if (claims.isShared() && possible && !known.containsKey(hash)) {
      store.read(CatalogueStore.id(hash), this::keepAndTell);
    }
    return find(hash);
  }

  /** The document of a catalogue may have been written by another node. */
  void hint(String documentId) {
    if (claims.isShared() && hints.size() < MOST_INQUIRIES) {
      hints.add(documentId);
    }
  }

  /**
   * An agent of another node has this hash. That node asks for the catalogue; here it is looked for
   * in storage, and awaited no longer than there.
   */
  void seek(ByteString hash, Instant now) {
    if (!hash.isEmpty() && asksNow(hash, now)) {
      hint(CatalogueStore.id(hash));
    }
  }

  /** An agent sent this, asked or unasked. Without a catalogue or a hash in it, nothing happens. */
  void learn(AvailableComponents sent) {
    if (sent.getComponentsCount() > 0 && !known.containsKey(sent.getHash()) && keep(sent)) {
      unwritten.add(sent.getHash());
      settled.accept(sent.getHash());
    }
  }

  /** True until the first agent asked has had its time; later asks hold nobody up. */
  @Override
  public boolean isAwaited(ByteString hash) {
    if (known.containsKey(hash) || hash.size() > CatalogueStore.LONGEST_HASH) {
      return false;
    }
    synchronized (lock) {
      return inquiries.getOrDefault(hash, CatalogueInquiry.NEW).isAwaited(clock.instant());
    }
  }

  /** Whether the answer given now should ask for the catalogue of this hash; a yes is an ask. */
  boolean asksNow(ByteString hash, Instant now) {
    if (known.containsKey(hash) || hash.size() > CatalogueStore.LONGEST_HASH) {
      return false;
    }
    synchronized (lock) {
      CatalogueInquiry inquiry = inquiries.getOrDefault(hash, CatalogueInquiry.NEW);
      if (!inquiry.asksNow(now)) {
        return false;
      }
      inquiries.put(hash, inquiry.asked(now));
      if (inquiries.size() > MOST_INQUIRIES) {
        inquiries.remove(inquiries.keySet().iterator().next());
      }
      return true;
    }
  }

  /**
   * Reads what is stored, and removes what nobody refers to. Blocks; called once, when all agents
   * are known.
   *
   * @param used the hashes that agents report
   */
  void start(Set<ByteString> used) {
    Set<ByteString> unused = new HashSet<>();
    store.readAll(
        catalogue -> {
          if (used.contains(catalogue.getHash())) {
            keep(catalogue);
          } else if (!claims.isShared()) {
            // An agent of another node may have told it just now, and not be written yet.
            unused.add(catalogue.getHash());
          }
        });
    unused.forEach(store::remove);
    log.debug("{} component catalogues known, {} removed", known.size(), unused.size());
  }

  /**
   * Writes what is new, and once in a while forgets what nobody refers to any more. Blocks; one
   * thread at a time.
   *
   * @param used the hashes that agents report
   */
  void upkeep(Instant now, Supplier<Set<ByteString>> used) {
    givenUp(now).forEach(settled);
    try {
      flush();
      followHints();
      if (!now.isBefore(nextPruning)) {
        nextPruning = now.plus(PRUNING);
        prune(used.get());
      }
    } catch (StorageException e) {
      log.warn("component catalogues could not be written, will try again: {}", e.getMessage());
    }
  }

  /** Writes what is new. Blocks. */
  void flush() {
    for (ByteString hash : List.copyOf(unwritten)) {
      AvailableComponents catalogue = known.get(hash);
      if (catalogue != null) {
        store.write(catalogue);
      }
      unwritten.remove(hash);
    }
  }

  private void followHints() {
    for (String id : List.copyOf(hints)) {
      hints.remove(id);
      store.read(id, this::keepAndTell);
    }
  }

  private void keepAndTell(AvailableComponents catalogue) {
    if (keep(catalogue)) {
      settled.accept(catalogue.getHash());
    }
  }

  private List<ByteString> givenUp(Instant now) {
    synchronized (lock) {
      List<ByteString> late =
          inquiries.entrySet().stream()
              .filter(inquiry -> inquiry.getValue().isAwaited(lastUpkeep))
              .filter(inquiry -> !inquiry.getValue().isAwaited(now))
              .map(Map.Entry::getKey)
              .toList();
      lastUpkeep = now;
      return late;
    }
  }

  /** Twice in a row, so that a catalogue is not lost to an agent that is just being updated. */
  private void prune(Set<ByteString> used) {
    Set<ByteString> unused = new HashSet<>(known.keySet());
    unused.removeAll(used);
    for (ByteString hash : unused) {
      if (unusedBefore.contains(hash)) {
        if (claims.leads()) {
          store.remove(hash);
        }
        forget(hash);
      }
    }
    unusedBefore = unused;
    synchronized (lock) {
      inquiries.keySet().retainAll(used);
    }
  }

  private boolean keep(AvailableComponents catalogue) {
    ByteString hash = catalogue.getHash();
    int size = catalogue.getSerializedSize();
    if (hash.isEmpty() || hash.size() > CatalogueStore.LONGEST_HASH || size > LARGEST) {
      log.debug("a catalogue of {} bytes with a hash of {} bytes is not kept", size, hash.size());
      return false;
    }
    synchronized (lock) {
      if (bytes + size > MOST_BYTES || known.putIfAbsent(hash, catalogue) != null) {
        log.debug("a catalogue of {} bytes is not kept beside {} bytes of others", size, bytes);
        return false;
      }
      bytes += size;
      inquiries.remove(hash);
    }
    return true;
  }

  private void forget(ByteString hash) {
    synchronized (lock) {
      AvailableComponents forgotten = known.remove(hash);
      bytes -= forgotten == null ? 0 : forgotten.getSerializedSize();
    }
  }
}
