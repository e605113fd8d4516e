package io.opamp4j.ctl;

import static java.util.Objects.requireNonNull;

/** Ends the program with a message for people and an exit code for scripts. */
public final class CtlException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;
  private final boolean mayPass;

  /**
   * @param exitCode one of {@link ExitCode}
   * @param message in plain words; may have several lines
   */
  public CtlException(int exitCode, String message) {
    super(requireNonNull(message, "message"));
    this.exitCode = exitCode;
    this.mayPass = false;
  }

  /** The same with what led to it, which is shown with {@code --debug}. */
  public CtlException(int exitCode, String message, Throwable cause) {
    super(requireNonNull(message, "message"), cause);
    this.exitCode = exitCode;
    this.mayPass = false;
  }

  private CtlException(CtlException other) {
    super(other.text(), other);
    this.exitCode = other.exitCode;
    this.mayPass = true;
  }

  /** The same, said to be over soon, perhaps. */
  public CtlException passing() {
    return new CtlException(this);
  }

  /** Whether whoever only waits and reads has reason to ask again. */
  public boolean mayPass() {
    return mayPass;
  }

  /** Something on this side is wrong. */
  public static CtlException usage(String message) {
    return new CtlException(ExitCode.USAGE, message);
  }

  /** One of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }

  /** What to tell people. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
