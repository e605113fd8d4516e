package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Writes until there is no room, says what then works and what does not; after a line on standard
 * input, when there is room again, goes on. Argument: the database's path.
 */
final class FillingProcess {
  private static final String KIND = "k";
  private static final int SIZE = 50_000;

  private FillingProcess() {}

  public static void main(String[] arguments) throws IOException {
    PluginFixture fixture =
        PluginFixture.durable(new H2StoragePlugin(), Map.of("path", arguments[0]));
    Stores stores = fixture.open();
    int written = 0;
    while (put(stores, written)) {
      written++;
    }
    ChildJvm.say("written " + written);
    // Not all of them go wrong at the same place.
    for (int again = 0; again < 3; again++) {
      put(stores, written);
    }
    ChildJvm.say("agents " + reason(() -> stores.agents().save(agents())));
    ChildJvm.say("blob " + reason(() -> putBlob(stores)));
    ChildJvm.say("check " + stores.storage().check().message());
    ChildJvm.say("read " + count(stores));
    System.in.read();
    ChildJvm.say("check " + stores.storage().check().ok());
    ChildJvm.say("next " + put(stores, written));
    ChildJvm.say("read " + count(stores));
    fixture.close();
  }

  private static boolean put(Stores stores, int number) {
    String reason =
        reason(
            () ->
                stores
                    .documents()
                    .put(KIND, "id" + number, body(SIZE, number), DocumentStore.ABSENT));
    ChildJvm.say("put " + reason);
    return reason.equals("none");
  }

  private static String reason(Runnable write) {
    try {
      write.run();
      return "none";
    } catch (StorageException e) {
      return e.reason().name();
    }
  }

  private static void putBlob(Stores stores) {
    try {
      stores.blobs().put(body(10_000_000, 1).newInput());
    } catch (IOException e) {
      throw new IllegalStateException("a byte string cannot fail", e);
    }
  }

  private static List<AgentRecord> agents() {
    List<AgentRecord> agents = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      AgentToServer report =
          AgentToServer.newBuilder()
              .setCustomMessage(CustomMessage.newBuilder().setData(body(SIZE, i)))
              .build();
      agents.add(
          new AgentRecord(
              new InstanceUid(0, i),
              report,
              Map.of(),
              Instant.EPOCH,
              Instant.EPOCH,
              Ownership.NONE));
    }
    return agents;
  }

  private static int count(Stores stores) {
    int count = 0;
    Optional<String> after = Optional.empty();
    while (true) {
      Page<Document> page = stores.documents().list(KIND, after, 100);
      for (Document document : page.items()) {
        int number = Integer.parseInt(document.id().substring(2));
        if (!document.body().equals(body(SIZE, number))) {
          throw new IllegalStateException(document.id() + " is damaged");
        }
        count++;
        after = Optional.of(document.id());
      }
      if (!page.more()) {
        return count;
      }
    }
  }

  private static ByteString body(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
