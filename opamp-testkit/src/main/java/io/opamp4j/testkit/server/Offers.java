package io.opamp4j.testkit.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Duration;
import java.util.List;

/**
 * What a server has to say, for {@link ScriptedServer#push} and {@link MessageScript#answer}. The
 * uid is left out; the server fills it in.
 */
public final class Offers {
  private static final int UNKNOWN_FIELD = 2000;

  private Offers() {}

  /** A configuration of one file without a name; its hash is made from the body. */
  public static ServerToAgent config(String body) {
    ByteString bytes = ByteString.copyFromUtf8(body);
    AgentRemoteConfig.Builder config = AgentRemoteConfig.newBuilder();
    config
        .setConfigHash(ContentHash.of(bytes).bytes())
        .getConfigBuilder()
        .putConfigMap("", AgentConfigFile.newBuilder().setBody(bytes).build());
    return config(config.build());
  }

  /** A configuration. */
  public static ServerToAgent config(AgentRemoteConfig config) {
    return ServerToAgent.newBuilder().setRemoteConfig(config).build();
  }

  /** Settings for the OpAMP connection itself. */
  public static ServerToAgent settings(String hash, OpAMPConnectionSettings settings) {
    return settings(
        ConnectionSettingsOffers.newBuilder()
            .setHash(ByteString.copyFromUtf8(hash))
            .setOpamp(settings)
            .build());
  }

  /** Connection settings of any kind. */
  public static ServerToAgent settings(ConnectionSettingsOffers offers) {
    return ServerToAgent.newBuilder().setConnectionSettings(offers).build();
  }

  /** Packages. */
  public static ServerToAgent packages(PackagesAvailable packages) {
    return ServerToAgent.newBuilder().setPackagesAvailable(packages).build();
  }

  /** The wish for the full state (SEQ-03). */
  public static ServerToAgent fullStateWanted() {
    return flags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState);
  }

  /** The wish for the component catalogue (COMP-04). */
  public static ServerToAgent componentsWanted() {
    return flags(ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents);
  }

  /** The command to restart; nothing may be added to it (CMD-01). */
  public static ServerToAgent restart() {
    return ServerToAgent.newBuilder().setCommand(ServerToAgentCommand.getDefaultInstance()).build();
  }

  /** Another uid for the agent (UID-08). */
  public static ServerToAgent newUid(InstanceUid uid) {
    ServerToAgent.Builder message = ServerToAgent.newBuilder();
    message.getAgentIdentificationBuilder().setNewInstanceUid(uid.toBytes());
    return message.build();
  }

  /** What custom capabilities the server has. */
  public static ServerToAgent customCapabilities(List<String> names) {
    ServerToAgent.Builder message = ServerToAgent.newBuilder();
    message.getCustomCapabilitiesBuilder().addAllCapabilities(names);
    return message.build();
  }

  /** A custom message. */
  public static ServerToAgent custom(CustomMessage custom) {
    return ServerToAgent.newBuilder().setCustomMessage(custom).build();
  }

  /** The server is overloaded, and is not to be asked again for as long (THROTTLE-02). */
  public static ServerToAgent unavailable(Duration retryAfter) {
    ServerToAgent.Builder message =
        error(ServerErrorResponseType.ServerErrorResponseType_Unavailable, "overloaded");
    message
        .getErrorResponseBuilder()
        .getRetryInfoBuilder()
        .setRetryAfterNanoseconds(retryAfter.toNanos());
    return message.build();
  }

  /** The server is overloaded, and does not say for how long. */
  public static ServerToAgent unavailable() {
    return error(ServerErrorResponseType.ServerErrorResponseType_Unavailable, "overloaded").build();
  }

  /** The server could not understand the message (ERR-03). */
  public static ServerToAgent badRequest(String why) {
    return error(ServerErrorResponseType.ServerErrorResponseType_BadRequest, why).build();
  }

  /** The same message, blown up to at least this many bytes by a field nobody knows. */
  static ServerToAgent padded(ServerToAgent message, int bytes) {
    UnknownFieldSet.Field padding =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFrom(new byte[bytes]))
            .build();
    return message.toBuilder()
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(UNKNOWN_FIELD, padding).build())
        .build();
  }

  private static ServerToAgent flags(ServerToAgentFlags flag) {
    return ServerToAgent.newBuilder().setFlags(flag.getNumber()).build();
  }

  private static ServerToAgent.Builder error(ServerErrorResponseType type, String why) {
    ServerToAgent.Builder message = ServerToAgent.newBuilder();
    message.getErrorResponseBuilder().setType(type).setErrorMessage(why);
    return message;
  }
}
