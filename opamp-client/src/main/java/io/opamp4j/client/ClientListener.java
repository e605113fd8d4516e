package io.opamp4j.client;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerErrorResponse;
import java.time.Duration;

/**
 * Hears what happens to a client. To be implemented by applications; every method does nothing by
 * default.
 *
 * <p>All methods, and the handlers given to the builder, are called one at a time, in order, on one
 * daemon thread that the client keeps for this purpose. They may block and they may throw (which is
 * logged): neither disturbs the connection. Calls that pile up behind a slow one are dropped beyond
 * a few hundred, with a warning.
 */
public interface ClientListener {

  /** The server answered the first report of a connection. */
  default void onConnected() {}

  /**
   * An attempt to connect failed. The client goes on trying.
   *
   * @param loss why; its kind tells wrong credentials from an unknown host, a TLS failure and so on
   * @param retryIn until the next attempt; zero means at once
   */
  default void onConnectFailed(Loss loss, Duration retryIn) {}

  /**
   * A connection that had worked is gone. The client tries to connect again.
   *
   * @param loss why
   * @param retryIn until the next attempt; zero means at once
   */
  default void onDisconnected(Loss loss, Duration retryIn) {}

  /** The server could not process a message of ours. */
  default void onServerError(ServerErrorResponse error) {}

  /**
   * The server gave this agent a new id, already in use. An application that keeps its id stores it
   * now.
   */
  default void onNewInstanceUid(InstanceUid uid) {}

  /**
   * A part of the report is larger than our limit or the server's, and is left out until it
   * changes.
   *
   * @param bytes its size
   */
  default void onSectionTooLarge(Section section, int bytes) {}

  /** The server sent something that cannot be read; it was dropped. */
  default void onMalformedMessage(String reason) {}

  /**
   * What has become of connection settings the server offered: being taken up, in use, or refused.
   * The server is told the same.
   */
  default void onConnectionSettings(ConnectionSettingsStatus status) {}

  /**
   * The {@link ClientStore} could not be read, and the client starts without a past, or could not
   * be written, which is told once for failures in a row.
   */
  default void onStoreFailed(String reason) {}

  /** A custom message given to {@link OpampClient#send} was not sent and will not be. */
  default void onCustomMessageDropped(CustomMessage message, String reason) {}

  /** A message of one of the agent's custom capabilities that is no reply to a request. */
  default void onCustomMessage(CustomMessage message) {}

  /** The client has stopped. Nothing follows. */
  default void onStopped() {}
}
