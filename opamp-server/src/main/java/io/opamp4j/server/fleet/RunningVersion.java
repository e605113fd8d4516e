package io.opamp4j.server.fleet;

/**
 * Which version of a configuration agents get.
 *
 * @param version the number; {@link #NONE} if they get none
 * @param revision of this choice, to be named by whoever changes it; 0 if none was made, which
 *     leaves it to the latest version
 */
public record RunningVersion(long version, long revision) {
  /** No version: agents do not get the configuration. */
  public static final long NONE = 0;

  /** Whether agents get some version. */
  public boolean any() {
    return version != NONE;
  }
}
