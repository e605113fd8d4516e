package io.opamp4j.server.rest;

/** What the resources have in common. */
final class Api {
  /** Where everything lives, below the root of the server. */
  static final String ROOT = "/api/v1";

  private Api() {}
}
