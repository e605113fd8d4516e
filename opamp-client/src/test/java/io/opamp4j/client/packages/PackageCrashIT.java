package io.opamp4j.client.packages;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.client.transport.Downloads;
import io.opamp4j.client.transport.FileServer;
import io.opamp4j.client.transport.Security;
import io.opamp4j.client.transport.Target;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.ProxyConnectionSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is killed at every single change of its disk, while it replaces a package, brings
 * another and removes a third: what it finds afterwards is the old or the new, and whole; and it
 * ends with what is wanted.
 */
@Timeout(120)
class PackageCrashIT {
  private static final int SIZE = 50_000;

  @TempDir Path parent;
  private FileServer files;
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @BeforeEach
  void serve() throws IOException {
    files = new FileServer();
    for (int i = 1; i <= 4; i++) {
      files.on("/" + i, FileServer.file(content(i), "\"" + i + "\""));
    }
  }

  @AfterEach
  void close() {
    files.close();
  }

  @Test
  void aKillAtAnyChangeLeavesTheOldOrTheNewAndTheRestFollows() throws Exception {
    PackagesAvailable before = offer("A", Map.of("p", 1, "r", 4));
    PackagesAvailable after = offer("B", Map.of("p", 2, "q", 3));
    int deaths = 0;
    boolean died = true;
    while (died) {
      Path directory = parent.resolve("life" + deaths);
      live(new FilePackageStore(directory), before);
      died = liveAndDie(directory, after, deaths);
      assertWhole(directory, deaths);
      live(new FilePackageStore(directory), after);
      assertThat(held(directory))
          .as("life %d", deaths)
          .containsOnlyKeys("p", "q")
          .containsEntry("p", hash(2))
          .containsEntry("q", hash(3));
      assertThat(names(directory))
          .as("life %d", deaths)
          .containsExactlyInAnyOrder(hash(2).toString(), hash(3).toString(), "index", "lock");
      deaths++;
    }
    assertThat(deaths).as("every change was the last one once").isGreaterThan(10);
  }

  /** Whether it died before it was done. */
  private boolean liveAndDie(Path directory, PackagesAvailable offer, int life) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    DyingStore store = new DyingStore(new FilePackageStore(directory), life, over::countDown);
    run(store, offer, over);
    return store.isDead();
  }

  private void live(PackageStore store, PackagesAvailable offer) throws Exception {
    run(store, offer, new CountDownLatch(1));
  }

  /** Lives until the offer is settled, or all is over. */
  private void run(PackageStore store, PackagesAvailable offer, CountDownLatch over)
      throws Exception {
    PackageLoop loop =
        new PackageLoop(Packages.into(store), downloads(), () -> now, new SplittableRandom(1));
    loop.start(
        new PackageOutlet() {
          @Override
          public void tell(PackageStatuses statuses) {
            if (isSettled(statuses, offer)) {
              over.countDown();
            }
          }

          @Override
          public void at(Instant time, Runnable action) {
            now = time;
            action.run();
          }

          @Override
          public void storeFailed(String reason) {
            assertThat(reason).contains("dead");
          }
        });
    loop.offered(offer);
    if (isSettled(loop.statuses(), offer)) {
      over.countDown();
    }
    assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
    loop.close();
    assertThat(loop.awaitClosed(Duration.ofSeconds(60))).isTrue();
  }

  private static boolean isSettled(PackageStatuses statuses, PackagesAvailable offer) {
    return statuses.getServerProvidedAllPackagesHash().equals(offer.getAllPackagesHash())
        && statuses.getPackagesMap().keySet().equals(offer.getPackagesMap().keySet())
        && statuses.getPackagesMap().values().stream()
            .allMatch(
                status -> status.getStatus() == PackageStatusEnum.PackageStatusEnum_Installed);
  }

  private static void assertWhole(Path directory, int life) throws IOException {
    for (Map.Entry<String, ContentHash> held : held(directory).entrySet()) {
      Path file = directory.resolve(held.getValue().toString());
      assertThat(ContentHash.of(ByteString.copyFrom(Files.readAllBytes(file))))
          .as("life %d: %s", life, held.getKey())
          .isEqualTo(held.getValue());
    }
    assertThat(held(directory).get("p")).as("life %d", life).isIn(hash(1), hash(2));
  }

  private static Map<String, ContentHash> held(Path directory) throws IOException {
    FilePackageStore store = new FilePackageStore(directory);
    PackageMemory memory = store.load();
    store.close();
    Map<String, ContentHash> held = new HashMap<>();
    for (Map.Entry<String, HeldPackage> entry : memory.getHeldMap().entrySet()) {
      held.put(entry.getKey(), new ContentHash(entry.getValue().getContentHash()));
    }
    return held;
  }

  private static TreeSet<String> names(Path directory) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> list = Files.list(directory)) {
      list.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    return names;
  }

  private PackagesAvailable offer(String hash, Map<String, Integer> contents) {
    PackagesAvailable.Builder offer =
        PackagesAvailable.newBuilder().setAllPackagesHash(ByteString.copyFromUtf8(hash));
    contents.forEach(
        (name, content) ->
            offer.putPackages(
                name,
                PackageAvailable.newBuilder()
                    .setVersion(String.valueOf(content))
                    .setHash(ByteString.copyFromUtf8(name + content))
                    .setFile(
                        DownloadableFile.newBuilder()
                            .setDownloadUrl(files.uri("/" + content).toString())
                            .setContentHash(hash(content).bytes()))
                    .build()));
    return offer.build();
  }

  private static byte[] content(int number) {
    byte[] content = new byte[SIZE];
    new Random(number).nextBytes(content);
    return content;
  }

  private static ContentHash hash(int number) {
    return ContentHash.of(ByteString.copyFrom(content(number)));
  }

  private static Downloads downloads() {
    Target target =
        new Target(
            URI.create("ws://127.0.0.1:1/"),
            Map::of,
            Security.PLATFORM,
            ProxyConnectionSettings.getDefaultInstance());
    return new Downloads(
        new TransportSettings(
            target, Duration.ofSeconds(20), 1000, 1000, true, InstantSource.system()),
        OpAMPConnectionSettings::getDefaultInstance);
  }
}
