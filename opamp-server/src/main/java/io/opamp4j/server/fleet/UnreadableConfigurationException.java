package io.opamp4j.server.fleet;

/** A stored document is not a configuration this version of the server can read. */
public final class UnreadableConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String id;
  private final String problem;

  UnreadableConfigurationException(String id, String problem) {
    super("configuration " + id + " cannot be read: " + problem);
    this.id = id;
    this.problem = problem;
  }

  /** The document's id: the configuration's name. */
  public String id() {
    return id;
  }

  /** What is wrong with it, in plain words and without its content. */
  public String problem() {
    return problem;
  }
}
