package io.opamp4j.core.client;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.ServerErrorResponse;
import java.time.Duration;

/**
 * A fact for the application. Offers appear only if the agent's capabilities say that it takes them
 * (CAP-06).
 */
public sealed interface Notice {

  /** The server answered the first report of a connection without asking to stay away. */
  record Connected() implements Notice {}

  /**
   * An attempt failed before the server answered.
   *
   * @param retryIn until the next attempt; zero means at once
   */
  record ConnectFailed(Loss loss, Duration retryIn) implements Notice {}

  /**
   * A connection that had worked is gone.
   *
   * @param retryIn until the next attempt; zero means at once
   */
  record Disconnected(Loss loss, Duration retryIn) implements Notice {}

  /** The client has stopped, and nothing follows. */
  record Stopped() implements Notice {}

  /** A configuration to apply. Not repeated while it is being applied or once it is. */
  record RemoteConfigOffered(AgentRemoteConfig offer) implements Notice {}

  /** Packages to install. */
  record PackagesOffered(PackagesAvailable offer) implements Notice {}

  /**
   * Connection settings for own telemetry and other destinations, reduced to the parts the agent
   * takes. Their outcome is awaited by {@link ClientMachine#handled}. What is for OpAMP is not in
   * them: the client takes that up itself.
   */
  record ConnectionSettingsOffered(ConnectionSettingsOffers offer) implements Notice {}

  /** Such settings as they were accepted before the restart (OWN-04). */
  record ConnectionSettingsRestored(ConnectionSettingsOffers settings) implements Notice {}

  /** What has become of a connection settings offer; the server is told the same. */
  record ConnectionSettingsSettled(ConnectionSettingsStatus status) implements Notice {}

  /** A key pair and a certificate request are to be made for {@link ClientMachine#requested}. */
  record CertificateWanted(InstanceUid uid) implements Notice {}

  /** The server asks the agent to restart. */
  record RestartRequested() implements Notice {}

  /** A command that this agent does not know; it was ignored (E-39). */
  record CommandIgnored(int type) implements Notice {}

  /** A message of one of the agent's custom capabilities. */
  record CustomMessageReceived(CustomMessage message) implements Notice {}

  /** The server has the message: it said something after it was sent. */
  record CustomMessageSent(CustomMessage message) implements Notice {}

  /** The message was not sent, and will not be. */
  record CustomMessageDropped(CustomMessage message, String reason) implements Notice {}

  /** The server could not process a message. */
  record ErrorReceived(ServerErrorResponse error) implements Notice {}

  /**
   * The agent has a new instance uid, already in use; whoever persists it should do so now
   * (UID-08).
   */
  record UidAssigned(InstanceUid uid) implements Notice {}

  /**
   * A part of the report is too large and is left out until it changes (LIM-13, LIM-19).
   *
   * @param bytes its size
   */
  record SectionWithheld(Section section, int bytes) implements Notice {}

  /** The server sent something that cannot be read; it was dropped (E-07). */
  record MalformedReceived(String reason) implements Notice {}
}
