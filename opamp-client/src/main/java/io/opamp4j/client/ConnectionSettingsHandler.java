package io.opamp4j.client;

import io.opamp4j.proto.ConnectionSettingsOffers;
import java.util.concurrent.CompletionStage;

/**
 * Takes up connection settings for the agent's own telemetry and for other destinations. To be
 * implemented by applications that take some. The settings for OpAMP itself are the client's own
 * business and never come here.
 */
@FunctionalInterface
public interface ConnectionSettingsHandler {

  /**
   * Uses these settings from now on. What is not set in them stays as it is (CONN-07). Called on
   * the thread described in {@link ClientListener}; with a {@link ClientStore} also after a
   * restart, with what was accepted before.
   *
   * @return completes, on any thread, when the settings are in use; if it fails, or this method
   *     throws, the server is told that they could not be used, with the message. A result that
   *     comes after a newer offer is not told
   */
  CompletionStage<?> apply(ConnectionSettingsOffers settings);
}
