package io.opamp4j.client.disk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** What every durable file needs. */
public final class Disk {
  private Disk() {}

  /** To create a file with that only its owner can read; nothing where that is not known. */
  public static FileAttribute<?>[] ownerOnlyFile() {
    return attributes("rw-------");
  }

  /** To create a directory with that only its owner can enter; nothing where that is not known. */
  public static FileAttribute<?>[] ownerOnlyDirectory() {
    return attributes("rwx------");
  }

  /** Puts a file in the place of another, in one step, for good. Both are in one directory. */
  public static void replace(Path next, Path file) throws IOException {
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(file);
  }

  /** The new name must be on the disk, too. Windows cannot do that, and needs not. */
  private static void forceDirectory(Path file) throws IOException {
    if (isPosix()) {
      try (FileChannel directory =
          FileChannel.open(requireNonNull(file.getParent()), StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  private static FileAttribute<?>[] attributes(String permissions) {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
