package io.opamp4j.client.packages;

import java.util.List;
import java.util.Optional;

/**
 * Puts packages to use. To be implemented by applications; by default the file is kept, and that is
 * all. Called on the thread of the packages, one call at a time; it may block as long as it has to,
 * which holds up other packages and nothing else.
 */
@FunctionalInterface
public interface PackageInstaller {

  /** Keeps files, and does nothing with them. */
  PackageInstaller NONE = (next, previous) -> {};

  /**
   * A package has come. When this returns, it counts as installed.
   *
   * <p>If the process ends in here, this is called again in the next one, when the server has
   * repeated its offer, at most three times. An agent that replaces itself thus gets to say in the
   * new process that the work is done, by returning at once.
   *
   * @param previous the version in use so far, if this client installed one; its file is there
   *     until this returns, and stays if this throws
   * @throws Exception if the package cannot be used; the server is told its message, and the
   *     previous version counts as installed
   */
  void install(PackageFile next, Optional<PackageFile> previous) throws Exception;

  /**
   * The server wants this package here no longer (PKG-15). Its file is deleted later.
   *
   * @throws Exception if it cannot be given up; it stays until the next offer
   */
  default void remove(PackageFile installed) throws Exception {}

  /** What is here from before a restart. Called once, before all else. */
  default void restored(List<PackageFile> installed) {}
}
