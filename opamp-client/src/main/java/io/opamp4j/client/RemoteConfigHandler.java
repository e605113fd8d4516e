package io.opamp4j.client;

/**
 * Applies configurations from the server. To be implemented by applications that want to be
 * configured remotely; without one the client does not offer it (SEC-06).
 */
@FunctionalInterface
public interface RemoteConfigHandler {

  /**
   * Applies a configuration or refuses it. Called on the thread described in {@link
   * ClientListener}. An exception counts as a refusal, with its message told to the server.
   *
   * @return what became of it; {@link RemoteConfigResult#later} if that is not known yet
   */
  RemoteConfigResult apply(RemoteConfigOffer offer);
}
