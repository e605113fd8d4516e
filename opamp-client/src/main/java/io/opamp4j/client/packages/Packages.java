package io.opamp4j.client.packages;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.client.transport.DownloadLimits;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.HeldPackage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How a client takes packages from the server, for {@code ClientBuilder.packages}: it downloads
 * what is offered, goes on where a download broke off, checks the SHA-256, has the file verified
 * and installed, reports, and removes what is offered no longer, if it had installed it.
 *
 * <p>All this happens on one daemon thread that is there only while there is something to do, and
 * on those of the JDK's HTTP client. Immutable; each method gives a changed copy.
 */
public final class Packages {
  final PackageStore store;

  // Set only on a copy that nobody has seen yet.
  PackageVerifier verifier = PackageVerifier.NONE;
  PackageInstaller installer = PackageInstaller.NONE;
  Map<String, HeldPackage> local = Map.of();
  DownloadLimits limits = new DownloadLimits(1L << 30, Duration.ofSeconds(30));
  Duration reportEvery = Duration.ofSeconds(10);
  Backoff backoff = new Backoff(Duration.ofSeconds(2), 3, 0.5, Duration.ofMinutes(5));

  private Packages(PackageStore store) {
    this.store = requireNonNull(store, "store");
  }

  /**
   * Keeps them in this directory, which belongs to one client. It is made when it is needed.
   *
   * @throws IllegalArgumentException if it cannot be made there
   */
  public static Packages into(Path directory) {
    return into(new FilePackageStore(directory));
  }

  /** Keeps them in this store. The client closes it. */
  public static Packages into(PackageStore store) {
    return new Packages(store);
  }

  /** Who checks signatures. By default a right SHA-256 is enough. */
  public Packages verifier(PackageVerifier packageVerifier) {
    Packages next = copy();
    next.verifier = requireNonNull(packageVerifier, "verifier");
    return next;
  }

  /** Who puts packages to use. By default they are only kept. */
  public Packages installer(PackageInstaller packageInstaller) {
    Packages next = copy();
    next.installer = requireNonNull(packageInstaller, "installer");
    return next;
  }

  /**
   * A package that the agent has by itself. It is reported (PKG-22) and never removed (E-48); a
   * server may offer another version, which then counts instead.
   *
   * @param hash as the server would name it, so that it does not offer the same; any bytes, at
   *     least one
   */
  public Packages local(String name, String version, ByteString hash) {
    if (hash.isEmpty()) {
      throw new IllegalArgumentException("the package '" + name + "' needs a hash (PKG-24)");
    }
    Map<String, HeldPackage> more = new HashMap<>(local);
    more.put(name, HeldPackage.newBuilder().setVersion(version).setHash(hash).build());
    Packages next = copy();
    next.local = Map.copyOf(more);
    return next;
  }

  /** The largest file taken, in bytes; 1 GiB by default. */
  public Packages sizeLimit(long bytes) {
    Packages next = copy();
    next.limits = new DownloadLimits(bytes, limits.stall());
    return next;
  }

  /** How long nothing may come of a download before it counts as broken; 30 s by default. */
  public Packages stallTimeout(Duration timeout) {
    Packages next = copy();
    next.limits = new DownloadLimits(limits.bytes(), timeout);
    return next;
  }

  /** How often the progress of a download is reported; every 10 s by default (PKG-19). */
  public Packages reportEvery(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("the time between reports must be positive: " + interval);
    }
    Packages next = copy();
    next.reportEvery = interval;
    return next;
  }

  /**
   * The waits between five attempts to download what fails in passing; by default 2, 6, 18 and 54
   * s, give or take half.
   */
  public Packages backoff(Backoff waits) {
    Packages next = copy();
    next.backoff = requireNonNull(waits, "backoff");
    return next;
  }

  private Packages copy() {
    Packages copy = new Packages(store);
    copy.verifier = verifier;
    copy.installer = installer;
    copy.local = local;
    copy.limits = limits;
    copy.reportEvery = reportEvery;
    copy.backoff = backoff;
    return copy;
  }
}
