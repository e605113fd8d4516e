package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.EffectiveConfig;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What became of a {@link RemoteConfigOffer}. */
public sealed interface RemoteConfigResult {

  /**
   * It is in use. If that changed what {@code setEffectiveConfig} last said, use the other form.
   */
  static RemoteConfigResult applied() {
    return new Applied(Optional.empty());
  }

  /**
   * It is in use, and this is the configuration in effect now, told in the same message (CFG-13).
   */
  static RemoteConfigResult applied(EffectiveConfig effective) {
    return new Applied(Optional.of(effective));
  }

  /**
   * It is not in use, and the agent runs on as before.
   *
   * @param reason for the operator; must not be blank
   */
  static RemoteConfigResult rejected(String reason) {
    return new Rejected(reason);
  }

  /**
   * It is being applied; the server is told so meanwhile (CFG-12). The stage may complete on any
   * thread. If it fails, so has the configuration. If a newer configuration is offered first, its
   * outcome is not told.
   */
  static RemoteConfigResult later(CompletionStage<RemoteConfigResult> outcome) {
    return new Later(outcome);
  }

  /** See {@link #applied()}. */
  record Applied(Optional<EffectiveConfig> effective) implements RemoteConfigResult {
    public Applied {
      requireNonNull(effective, "effective");
    }
  }

  /** See {@link #rejected}. */
  record Rejected(String reason) implements RemoteConfigResult {
    public Rejected {
      if (reason.isBlank()) {
        throw new IllegalArgumentException("a rejection needs a reason: '" + reason + "'");
      }
    }
  }

  /** See {@link #later}. */
  record Later(CompletionStage<RemoteConfigResult> outcome) implements RemoteConfigResult {
    public Later {
      requireNonNull(outcome, "outcome");
    }
  }
}
