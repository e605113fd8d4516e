package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.BlobStore.Blob;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Ownership;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes for ever, from several threads, and says before each write what it {@code will} do and
 * after it what it {@code did}. Arguments: the database's path, a seed.
 */
final class WritingProcess {
  static final String KIND = "k";
  static final int AGENTS = 20;
  private static final int IDS = 8;

  private final AgentStore agents;
  private final DocumentStore documents;
  private final BlobStore blobs;
  private final long seed;

  private WritingProcess(H2Settings settings, long seed) {
    // Without the plug-in's injector, which would take half of the time to start.
    H2Database database = H2Database.open(settings);
    this.agents = new H2AgentStore(database);
    this.documents =
        new H2DocumentStore(database, new LocalChangeFeed("child"), InstantSource.system());
    this.blobs = new FileBlobStore(database, settings.blobDirectory());
    this.seed = seed;
  }

  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[1]);
    WritingProcess process =
        new WritingProcess(new H2Settings(arguments[0], Path.of(arguments[0]), 8), seed);
    ChildJvm.say("opened");
    List.<Runnable>of(
            () -> process.writeDocuments("a"),
            () -> process.writeDocuments("b"),
            process::writeAgents,
            process::writeBlobs)
        .forEach(task -> new Thread(task).start());
  }

  /** What version {@code version} of a document holds; now and then too large for its row. */
  static ByteString body(String id, long version) {
    Random random = new Random(id.hashCode() * 31L + version);
    byte[] bytes = new byte[random.nextInt(50) == 0 ? H2Database.MAX_INLINE + 100 : 3_000];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private void writeDocuments(String thread) {
    Random random = new Random(seed + thread.hashCode());
    while (true) {
      String id = thread + random.nextInt(IDS);
      long version = documents.find(KIND, id).map(Document::version).orElse(DocumentStore.ABSENT);
      boolean removes = version > 0 && random.nextInt(8) == 0;
      long next = removes ? DocumentStore.ABSENT : version + 1;
      ChildJvm.say("will " + id + " " + next);
      if (removes) {
        documents.remove(KIND, id, version);
      } else {
        documents.put(KIND, id, body(id, next), version);
      }
      ChildJvm.say("did " + id + " " + next);
    }
  }

  private void writeAgents() {
    long last =
        agents.find(uid(0)).map(record -> record.report().getSequenceNum()).orElse(0L);
    for (long number = last + 1; true; number++) {
      ChildJvm.say("will agents " + number);
      agents.save(batch(number));
      ChildJvm.say("did agents " + number);
    }
  }

  private void writeBlobs() {
    Random random = new Random(seed);
    while (true) {
      byte[] content = new byte[random.nextInt(100_000)];
      random.nextBytes(content);
      try {
        Blob blob = blobs.put(ByteString.copyFrom(content).newInput());
        ChildJvm.say("did blob " + blob.hash());
      } catch (IOException e) {
        throw new IllegalStateException("a byte string cannot fail", e);
      }
    }
  }

  private static List<AgentRecord> batch(long number) {
    List<AgentRecord> batch = new ArrayList<>();
    for (int i = 0; i < AGENTS; i++) {
      AgentToServer report =
          AgentToServer.newBuilder()
              .setSequenceNum(number)
              .setEffectiveConfig(config(number))
              .build();
      batch.add(
          new AgentRecord(
              uid(i),
              report,
              Map.of(),
              Instant.EPOCH,
              Instant.ofEpochMilli(number),
              Ownership.NONE));
    }
    return batch;
  }

  /** What all agents of one batch share, and those of the next do not. */
  static EffectiveConfig config(long number) {
    byte[] bytes = new byte[3_000];
    new Random(number).nextBytes(bytes);
    return EffectiveConfig.newBuilder()
        .setConfigMap(
            AgentConfigMap.newBuilder()
                .putConfigMap(
                    "main",
                    AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(bytes)).build()))
        .build();
  }

  static InstanceUid uid(int index) {
    return new InstanceUid(index, 0);
  }
}
