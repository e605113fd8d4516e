package io.opamp4j.client.packages;

/**
 * Decides whether a file may be used, by its signature above all (PKG-18, PKG-33, SEC-07). To be
 * implemented by applications whose packages hold code. Called on the thread of the packages, after
 * the SHA-256 was found right and before the {@link PackageInstaller}; it may block.
 */
@FunctionalInterface
public interface PackageVerifier {

  /** Takes every file whose SHA-256 is right. */
  PackageVerifier NONE = offered -> {};

  /**
   * Returns if the file may be used.
   *
   * @throws Exception if it may not; the server is told its message
   */
  void verify(PackageFile offered) throws Exception;
}
