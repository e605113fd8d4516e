package io.opamp4j.client;

import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Brings offered configurations to the application and their outcome into the report. Only the
 * outcome of the latest offer is told.
 */
final class RemoteConfigs {
  private final RemoteConfigHandler handler;
  private final Callbacks callbacks;
  private final AgentReport report;

  /** The offer in the application's hands; null if there is none. */
  private final AtomicReference<@Nullable AgentRemoteConfig> inHand = new AtomicReference<>();

  /** What is restored in silence; null once that is over, or another has come. */
  private final AtomicReference<@Nullable AgentRemoteConfig> restored = new AtomicReference<>();

  RemoteConfigs(RemoteConfigHandler handler, Callbacks callbacks, AgentReport report) {
    this.handler = handler;
    this.callbacks = callbacks;
    this.report = report;
  }

  /**
   * Called on the loop's thread. The server repeats an offer until it hears of it; once is enough
   * here.
   */
  void offered(AgentRemoteConfig offer) {
    AgentRemoteConfig previous = inHand.get();
    boolean inHandNow = previous != null && previous.getConfigHash().equals(offer.getConfigHash());
    // The outcome may be in the report already and not yet with the machine that passed this on.
    if (inHandNow || report.hasApplied(offer.getConfigHash())) {
      return;
    }
    restored.set(null);
    inHand.set(offer);
    if (!callbacks.run("a remote configuration", () -> apply(offer))) {
      // The server will offer it again, because it hears of no outcome.
      inHand.compareAndSet(offer, null);
    }
  }

  /**
   * The last good configuration, from before a restart, is applied before the server is heard.
   *
   * @param told whether the report speaks of this one; if it speaks of a later one that failed, the
   *     outcome is not told
   */
  void restore(AgentRemoteConfig good, boolean told) {
    (told ? inHand : restored).set(good);
    callbacks.run("the configuration from before the restart", () -> apply(good));
  }

  private void apply(AgentRemoteConfig offer) {
    RemoteConfigResult result;
    try {
      result =
          handler.apply(
              new RemoteConfigOffer(offer.getConfig().getConfigMapMap(), offer.getConfigHash()));
    } catch (RuntimeException e) {
      settle(offer, failure(e));
      throw e;
    }
    if (result instanceof RemoteConfigResult.Later later) {
      tell(offer, RemoteConfigStatuses.RemoteConfigStatuses_APPLYING, "", result);
      later
          .outcome()
          .whenComplete(
              (outcome, failure) -> settle(offer, failure == null ? outcome : failure(failure)));
    } else {
      settle(offer, result);
    }
  }

  /** The outcome is known. A promise of a promise is no outcome. */
  private void settle(AgentRemoteConfig offer, @Nullable RemoteConfigResult outcome) {
    if (outcome instanceof RemoteConfigResult.Applied) {
      tell(offer, RemoteConfigStatuses.RemoteConfigStatuses_APPLIED, "", outcome);
    } else {
      String reason =
          outcome instanceof RemoteConfigResult.Rejected rejected
              ? rejected.reason()
              : "the agent did not say what became of the configuration";
      tell(offer, RemoteConfigStatuses.RemoteConfigStatuses_FAILED, reason, outcome);
    }
    inHand.compareAndSet(offer, null);
    restored.compareAndSet(offer, null);
  }

  private void tell(
      AgentRemoteConfig offer,
      RemoteConfigStatuses status,
      String error,
      @Nullable RemoteConfigResult result) {
    report.change(
        now -> {
          if (inHand.get() == offer) {
            now.setRemoteConfigStatus(
                RemoteConfigStatus.newBuilder()
                    .setLastRemoteConfigHash(offer.getConfigHash())
                    .setStatus(status)
                    .setErrorMessage(error));
          }
          if (inHand.get() == offer || restored.get() == offer) {
            takeEffective(now, result);
          }
        });
  }

  private static void takeEffective(
      AgentToServer.Builder report, @Nullable RemoteConfigResult result) {
    if (result instanceof RemoteConfigResult.Applied applied) {
      applied.effective().ifPresent(report::setEffectiveConfig);
    }
  }

  private static RemoteConfigResult failure(Throwable failure) {
    return RemoteConfigResult.rejected(Callbacks.reason(failure));
  }
}
