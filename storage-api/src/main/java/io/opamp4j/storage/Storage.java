package io.opamp4j.storage;

/** One opened backend: its health and its end. Thread-safe. */
public interface Storage extends AutoCloseable {

  /**
   * The backend's name and place in words fit for a log, without secrets: {@code "h2 at
   * ./data/opamp"}.
   */
  String description();

  /**
   * Would the backend work right now? Does a cheap round trip; never throws for a backend that is
   * down.
   */
  Check check();

  /**
   * Whether several nodes may use what is stored at the same time. Then {@link AgentStore#changes}
   * works, and {@link ChangeFeed} tells of the changes of all of them.
   */
  default boolean shared() {
    return false;
  }

  /**
   * Writes out what is pending and releases everything this backend opened. Later calls fail.
   * Idempotent.
   */
  @Override
  void close();

  /**
   * The answer of {@link #check()}.
   *
   * @param ok whether the backend works
   * @param message what is wrong, in plain words; empty when {@code ok}
   */
  record Check(boolean ok, String message) {
    /** The backend works. */
    public static final Check OK = new Check(true, "");

    /** The backend does not work, and why. */
    public static Check failed(String message) {
      return new Check(false, message);
    }
  }
}
