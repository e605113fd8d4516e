package io.opamp4j.client.packages;

import com.google.protobuf.ByteString;
import io.opamp4j.client.transport.Download;
import io.opamp4j.client.transport.DownloadException;
import io.opamp4j.client.transport.DownloadSink;
import io.opamp4j.client.transport.Downloads;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.client.PackageFailure;
import io.opamp4j.core.client.PackageTask;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageDownloadDetails;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does one task at a time, on the thread of the packages. */
final class Workshop {
  private final PackageStore store;
  private final Packages packages;
  private final Downloads downloads;
  private final InstantSource clock;

  /** The strong ETags of what has come in part, by content. */
  private final Map<ContentHash, String> etags = new HashMap<>();

  Workshop(Packages packages, Downloads downloads, InstantSource clock) {
    this.store = packages.store;
    this.packages = packages;
    this.downloads = downloads;
    this.clock = clock;
  }

  /** A download for the next task, by which another thread can cancel it. */
  Download download() {
    return downloads.download(packages.limits);
  }

  /**
   * Empty if it succeeded.
   *
   * @param previous what this client installed before under the name, or null
   */
  Optional<PackageFailure> carryOut(
      PackageTask task,
      @Nullable HeldPackage previous,
      Download download,
      Consumer<PackageDownloadDetails> progress) {
    try {
      if (task instanceof PackageTask.Fetch fetch) {
        fetch(fetch, download, progress);
      } else if (task instanceof PackageTask.Install install) {
        install(install, previous);
      } else if (task instanceof PackageTask.Remove remove) {
        remove(remove);
      } else if (task instanceof PackageTask.Sweep sweep) {
        sweep(sweep);
      }
      return Optional.empty();
    } catch (DownloadException e) {
      return Optional.of(e.failure());
    } catch (Exception | Error e) {
      // Much of this is the application's code, and the machine must hear of the end.
      boolean passing = task instanceof PackageTask.Fetch && e instanceof IOException;
      String reason = reason(e);
      return Optional.of(passing ? PackageFailure.passing(reason) : PackageFailure.lasting(reason));
    }
  }

  private void fetch(
      PackageTask.Fetch task, Download download, Consumer<PackageDownloadDetails> progress)
      throws Exception {
    ContentHash content = content(task.offered());
    if (store.find(content).isEmpty()) {
      receive(task, content, download, progress);
    }
    PackageFile file = file(task.name(), task.offered());
    try {
      packages.verifier.verify(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(reason(e), e);
    }
  }

  private void install(PackageTask.Install task, @Nullable HeldPackage previous) throws Exception {
    Optional<PackageFile> before =
        previous == null ? Optional.empty() : held(task.name(), previous);
    packages.installer.install(file(task.name(), task.offered()), before);
  }

  private void remove(PackageTask.Remove task) throws Exception {
    Optional<PackageFile> held = held(task.name(), task.held());
    if (held.isPresent()) {
      packages.installer.remove(held.get());
    }
  }

  private void sweep(PackageTask.Sweep task) throws IOException {
    downloads.release();
    etags.clear();
    store.keepOnly(task.keep().stream().map(ContentHash::new).collect(Collectors.toSet()));
  }

  /** A package with its file; empty if that is gone. */
  Optional<PackageFile> held(String name, HeldPackage held) {
    return store
        .find(new ContentHash(held.getContentHash()))
        .map(path -> new PackageFile(name, held.getVersion(), ByteString.EMPTY, path));
  }

  private void receive(
      PackageTask.Fetch task,
      ContentHash content,
      Download download,
      Consumer<PackageDownloadDetails> progress)
      throws IOException, InterruptedException {
    try (PackageStore.Incoming incoming = store.incoming(content)) {
      boolean resumed = incoming.size() > 0;
      // What came before a crash may be whole already.
      if (!resumed || !hash(incoming).equals(content)) {
        Sink sink = new Sink(incoming, progress);
        Optional<String> etag = Optional.ofNullable(etags.get(content));
        resumed = sink.size() > 0;
        download
            .run(task.offered().getFile(), etag, sink)
            .ifPresentOrElse(tag -> etags.put(content, tag), () -> etags.remove(content));
        resumed &= !sink.restarted;
        check(incoming, content, resumed);
      }
      incoming.complete();
    }
  }

  /** What was put together from two attempts may be wrong because the file changed in between. */
  private void check(PackageStore.Incoming incoming, ContentHash content, boolean resumed)
      throws IOException {
    ContentHash found = hash(incoming);
    if (!found.equals(content)) {
      incoming.restart();
      etags.remove(content);
      String reason = "the SHA-256 of the file is " + found + ", not " + content;
      if (resumed) {
        throw new IOException(reason);
      }
      throw new IllegalArgumentException(reason);
    }
  }

  private PackageFile file(String name, PackageAvailable offered) throws IOException {
    Path path = store.find(content(offered)).orElseThrow(() -> new IOException("the file is gone"));
    return new PackageFile(name, offered.getVersion(), offered.getFile().getSignature(), path);
  }

  private static ContentHash content(PackageAvailable offered) {
    return new ContentHash(offered.getFile().getContentHash());
  }

  private static ContentHash hash(PackageStore.Incoming incoming) throws IOException {
    MessageDigest digest = ContentHash.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = incoming.read()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return new ContentHash(ByteString.copyFrom(digest.digest()));
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getName() : message;
  }

  private final class Sink implements DownloadSink {
    private final PackageStore.Incoming incoming;
    private final Consumer<PackageDownloadDetails> progress;
    private final Meter meter;
    private boolean restarted;

    Sink(PackageStore.Incoming incoming, Consumer<PackageDownloadDetails> progress) {
      this.incoming = incoming;
      this.progress = progress;
      this.meter = new Meter(packages.reportEvery, clock.instant(), incoming.size());
    }

    @Override
    public long size() {
      return incoming.size();
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      incoming.append(bytes);
    }

    @Override
    public void restart() throws IOException {
      restarted = true;
      incoming.restart();
    }

    @Override
    public void came(long total) {
      meter.came(incoming.size(), total, clock.instant()).ifPresent(progress);
    }
  }
}
