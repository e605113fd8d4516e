package io.opamp4j.server.transport.http;

/**
 * Fired through the pipeline of every connection when the listener stops: finish what is under way,
 * then close.
 */
public enum Drain {
  /** The listener has begun to stop. */
  START
}
