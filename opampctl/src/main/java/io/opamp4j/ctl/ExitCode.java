package io.opamp4j.ctl;

/** What the process ends with. Part of the interface: scripts rely on the numbers. */
public final class ExitCode {
  /** Done. */
  public static final int OK = 0;

  /** The server refused or failed. */
  public static final int FAILED = 1;

  /** The command line, or a file it names, is wrong; nothing was changed. */
  public static final int USAGE = 2;

  /** The server cannot be reached, or did not answer in time. */
  public static final int UNREACHABLE = 3;

  /** There is no such thing. */
  public static final int NOT_FOUND = 4;

  /** It is not as it was expected to be: another version, a taken name, another phase. */
  public static final int CONFLICT = 5;

  /** While it was waited for, the rollout stopped short of its end, or took too long. */
  public static final int HALTED = 6;

  /** With {@code --exit-code}: there are differences. */
  public static final int DIFFERENT = 7;

  private ExitCode() {}
}
