package io.opamp4j.core.simulation;

import com.google.protobuf.ByteString;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Sync;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What listens where, and the one server behind it, which offers what the operator wants. */
final class SimulatedPlaces {
  static final String CAPABILITY = "com.example.sim";

  /** How a place behaves. */
  enum Kind {
    GOOD,
    DEAD,
    REFUSES,
    ERRORS,
    MUTE
  }

  private AgentToServer known = AgentToServer.getDefaultInstance();
  private Sync sync = Sync.NEW;
  private ConnectionSettingsOffers wantedSettings = ConnectionSettingsOffers.getDefaultInstance();
  private AgentRemoteConfig wantedConfig = AgentRemoteConfig.getDefaultInstance();
  private final List<String> delivered = new ArrayList<>();

  /** The kind of a place is part of its name. */
  static Kind kind(String endpoint) {
    for (Kind kind : Kind.values()) {
      if (endpoint.contains("." + kind.name().toLowerCase(java.util.Locale.ROOT) + ".")) {
        return kind;
      }
    }
    return Kind.GOOD;
  }

  void want(String hash, OpAMPConnectionSettings settings) {
    wantedSettings =
        ConnectionSettingsOffers.newBuilder()
            .setHash(ByteString.copyFromUtf8(hash))
            .setOpamp(settings)
            .build();
  }

  void want(String config) {
    wantedConfig =
        AgentRemoteConfig.newBuilder()
            .setConfigHash(ByteString.copyFromUtf8(config))
            .setConfig(AgentConfigMap.getDefaultInstance())
            .build();
  }

  ConnectionSettingsOffers wantedSettings() {
    return wantedSettings;
  }

  AgentRemoteConfig wantedConfig() {
    return wantedConfig;
  }

  AgentToServer known() {
    return known;
  }

  List<String> delivered() {
    return delivered;
  }

  /** Takes a message; empty if this place does not answer. */
  Optional<ServerToAgent> receive(String endpoint, AgentToServer message, Instant now) {
    ServerToAgent.Builder answer =
        ServerToAgent.newBuilder().setInstanceUid(message.getInstanceUid());
    switch (kind(endpoint)) {
      case MUTE, DEAD, REFUSES -> {
        return Optional.empty();
      }
      case ERRORS -> {
        answer.setErrorResponse(
            ServerErrorResponse.newBuilder()
                .setType(ServerErrorResponseType.ServerErrorResponseType_Unknown));
        return Optional.of(answer.build());
      }
      case GOOD -> {
        // Goes on below.
      }
    }
    known = Reports.merge(known, Reports.facts(message));
    sync = sync.received(message, known);
    if (sync.asksNow(now)) {
      sync = sync.asked(now);
      answer.setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
    }
    if (message.hasCustomMessage()) {
      delivered.add(message.getCustomMessage().getData().toStringUtf8());
    }
    answer
        .setCapabilities(0x7F)
        .setCustomCapabilities(CustomCapabilities.newBuilder().addCapabilities(CAPABILITY));
    ByteString settings = known.getConnectionSettingsStatus().getLastConnectionSettingsHash();
    if (!settings.equals(wantedSettings.getHash())) {
      answer.setConnectionSettings(wantedSettings);
    }
    ByteString config = known.getRemoteConfigStatus().getLastRemoteConfigHash();
    if (!config.equals(wantedConfig.getConfigHash())) {
      answer.setRemoteConfig(wantedConfig);
    }
    return Optional.of(answer.build());
  }
}
