package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import java.util.Set;

/**
 * Something to do about packages, outside of the machine. There is one at a time, and each ends in
 * one call of {@link PackageMachine#succeeded} or {@link PackageMachine#failed}.
 */
public sealed interface PackageTask {

  /**
   * Get the file into the store, verified; nothing is to be fetched if it is there already.
   *
   * @param offered with a content hash of 32 bytes
   */
  record Fetch(String name, PackageAvailable offered) implements PackageTask {
    public Fetch {
      requireNonNull(name, "name");
      requireNonNull(offered, "offered");
    }
  }

  /** Put the fetched file to use. */
  record Install(String name, PackageAvailable offered) implements PackageTask {
    public Install {
      requireNonNull(name, "name");
      requireNonNull(offered, "offered");
    }
  }

  /** Stop using a package that is wanted no longer (PKG-15). Its file is swept away later. */
  record Remove(String name, HeldPackage held) implements PackageTask {
    public Remove {
      requireNonNull(name, "name");
      requireNonNull(held, "held");
    }
  }

  /**
   * Delete all files from the store, whole or in part, but these.
   *
   * @param keep content hashes
   */
  record Sweep(Set<ByteString> keep) implements PackageTask {
    public Sweep {
      keep = Set.copyOf(keep);
    }
  }
}
