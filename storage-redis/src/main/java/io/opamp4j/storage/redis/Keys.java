package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/**
 * The names of everything in Redis. What one step changes together carries the same hash tag (the
 * part in braces), so that a cluster keeps it in one slot: all agents, the documents of one kind,
 * the index of blobs, the pieces of one blob.
 */
record Keys(String prefix) {

  /** Hash: uid to encoded record. */
  byte[] agentRecords() {
    return key("{agents}:records");
  }

  /** Sorted set of uids, in the order of their bytes. */
  byte[] agentUids() {
    return key("{agents}:uids");
  }

  /** Sorted set of owner and uid, in the order of their bytes. */
  byte[] agentsByOwner() {
    return key("{agents}:by-owner");
  }

  /** Hash: uid to its member in {@link #agentsByOwner}. */
  byte[] agentOwners() {
    return key("{agents}:owners");
  }

  /** Hash: uid to the term of its owner, in 19 digits, which scripts can compare. */
  byte[] agentTerms() {
    return key("{agents}:terms");
  }

  /** The number of the last change of any agent. */
  byte[] lastAgentChange() {
    return key("{agents}:last-change");
  }

  /** Sorted set of uids, those of removed agents too, by the number of their last change. */
  byte[] agentChanges() {
    return key("{agents}:changes");
  }

  /** Sorted set of the uids of removed agents, by the number of their removal. */
  byte[] removedAgents() {
    return key("{agents}:removed");
  }

  /** Hash: uid to the references of its report to sections, which the record repeats. */
  byte[] agentReferences() {
    return key("{agents}:references");
  }

  /** Hash: SHA-256 to the bytes of a section of reports. */
  byte[] sections() {
    return key("{agents}:sections");
  }

  /** Hash: SHA-256 to the number of references of agents to the section. */
  byte[] sectionUses() {
    return key("{agents}:section-uses");
  }

  /** What a change of agents may touch, in the order in which scripts know it. */
  List<byte[]> agents() {
    return List.of(
        agentRecords(),
        agentUids(),
        agentsByOwner(),
        agentOwners(),
        agentTerms(),
        lastAgentChange(),
        agentChanges(),
        removedAgents(),
        agentReferences(),
        sections(),
        sectionUses());
  }

  /** Hash: id to encoded document. */
  byte[] documents(String kind) {
    return key("{documents:" + kind + "}:bodies");
  }

  /** Hash: id to version, in decimal, which scripts can compare. */
  byte[] versions(String kind) {
    return key("{documents:" + kind + "}:versions");
  }

  /** Sorted set of ids, in the order of their bytes. */
  byte[] documentIds(String kind) {
    return key("{documents:" + kind + "}:ids");
  }

  /** Set of the kinds of which there ever was a document. */
  byte[] kinds() {
    return key("kinds");
  }

  /** Sorted set of the SHA-256 of all blobs, in the order of their bytes. */
  byte[] blobHashes() {
    return key("{blobs}:hashes");
  }

  /** Hash: SHA-256 to the upload that holds the content, and its size. */
  byte[] blobs() {
    return key("{blobs}:index");
  }

  /** Sorted set of uploads that are under way or to be deleted, by the time they began. */
  byte[] uploads() {
    return key("{blobs}:uploads");
  }

  /** One piece of an upload. */
  byte[] chunk(String upload, long number) {
    return key("{upload:" + upload + "}:" + number);
  }

  /** Written now and then to see whether Redis takes anything; expires. */
  byte[] probe() {
    return key("probe");
  }

  /** The channel on which every node tells what it wrote. */
  byte[] changes() {
    return key("changes");
  }

  private byte[] key(String name) {
    return (prefix + ":" + name).getBytes(UTF_8);
  }
}
