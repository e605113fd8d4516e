package io.opamp4j.client;

import io.opamp4j.core.Capabilities;
import io.opamp4j.proto.AgentCapabilities;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The application's code that a client calls, and what it allows. Belongs to the builder, which
 * fills it.
 */
final class Handlers {
  ClientListener listener = new ClientListener() {};
  @Nullable RemoteConfigHandler remoteConfig;
  @Nullable PackagesHandler packages;
  @Nullable ReadyPackages ready;
  @Nullable ConnectionSettingsHandler settings;
  @Nullable Runnable restart;
  long settingsParts;
  boolean opampSettings;

  Handlers copy() {
    Handlers copy = new Handlers();
    copy.listener = listener;
    copy.remoteConfig = remoteConfig;
    copy.packages = packages;
    copy.ready = ready;
    copy.settings = settings;
    copy.restart = restart;
    copy.settingsParts = settingsParts;
    copy.opampSettings = opampSettings;
    return copy;
  }

  Optional<RemoteConfigHandler> remoteConfig() {
    return Optional.ofNullable(remoteConfig);
  }

  /** The handler of packages, if it is ours. */
  Optional<ReadyPackages> ready() {
    return Optional.ofNullable(ready);
  }

  Optional<ConnectionSettingsHandler> settings() {
    return Optional.ofNullable(settings);
  }

  /** What the agent can do, whatever it reports. */
  long capabilities() {
    long capabilities =
        settingsParts | Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsStatus);
    if (opampSettings) {
      capabilities |=
          Capabilities.of(AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings);
    }
    if (opampSettings || settings != null) {
      capabilities |=
          Capabilities.of(AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus);
    }
    if (remoteConfig != null) {
      capabilities |=
          Capabilities.of(
              AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig,
              AgentCapabilities.AgentCapabilities_ReportsRemoteConfig);
    }
    if (packages != null) {
      capabilities |=
          Capabilities.of(
              AgentCapabilities.AgentCapabilities_AcceptsPackages,
              AgentCapabilities.AgentCapabilities_ReportsPackageStatuses);
    }
    if (restart != null) {
      capabilities |= Capabilities.of(AgentCapabilities.AgentCapabilities_AcceptsRestartCommand);
    }
    return capabilities;
  }
}
