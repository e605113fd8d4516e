package io.opamp4j.core.client;

import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.SettingsCandidate;
import io.opamp4j.proto.SettingsOutcome;
import io.opamp4j.proto.SettingsProgress;
import java.util.Optional;

/**
 * What connection settings lead to (D7): an offer becomes the candidate, the candidate is verified
 * by a connection of its own, and then it is the truth, or is forgotten. All of it is in the
 * client's memory, which is saved before anything is done, so that a restart in between goes on
 * where it was (CONN-11).
 */
final class Switchover {
  private final ClientSettings settings;
  private final SettingsPolicy policy;

  Switchover(ClientSettings settings, SettingsPolicy policy) {
    this.settings = settings;
    this.policy = policy;
  }

  /**
   * The same offer again is no news, unless it has no hash to tell (E-31). A server that offers
   * something else every time is heard no more for a while.
   */
  void offered(Draft draft, Intake intake, ConnectionSettingsOffers offer) {
    boolean known =
        !offer.getHash().isEmpty() && offer.getHash().equals(draft.memory.getProgress().getHash());
    if (known || !draft.pace.allowance().allows(draft.now)) {
      return;
    }
    draft.pace = draft.pace.spending(draft.now);
    ConnectionSettingsOffers taken =
        intake.connectionSettings().orElse(ConnectionSettingsOffers.getDefaultInstance());
    draft.memory =
        draft.memory.toBuilder()
            .setProgress(SettingsProgress.newBuilder().setHash(offer.getHash()))
            .clearOthersOffered()
            .build();
    boolean interval = intake.hasInterval(draft.duplex());
    if (taken.hasOpamp()) {
      takeOpamp(draft, taken.getOpamp(), interval);
    } else if (interval) {
      useInterval(draft, offer.getOpamp());
      settle(draft, ConnectionSettingsStatuses_APPLIED, "");
    }
    takeOthers(draft, taken);
    boolean nothing = !interval && taken.equals(ConnectionSettingsOffers.getDefaultInstance());
    if (nothing) {
      settle(draft, ConnectionSettingsStatuses_FAILED, "this agent takes no such settings");
    }
    tell(draft);
  }

  /** The application has taken up the settings that are not OpAMP's, or could not. */
  void handled(Draft draft, ByteString hash, Optional<String> error) {
    SettingsProgress progress = draft.memory.getProgress();
    boolean awaited =
        progress.getHash().equals(hash)
            && progress.getOthers().getStatus() == ConnectionSettingsStatuses_APPLYING;
    if (!awaited) {
      return;
    }
    ClientMemory.Builder memory = draft.memory.toBuilder();
    if (error.isEmpty()) {
      memory.setOthers(Settings.after(memory.getOthers(), memory.getOthersOffered()));
    }
    SettingsOutcome outcome =
        error.isEmpty()
            ? Settings.outcome(ConnectionSettingsStatuses_APPLIED, "")
            : Settings.outcome(ConnectionSettingsStatuses_FAILED, error.get());
    memory.clearOthersOffered().getProgressBuilder().setOthers(outcome);
    draft.memory = memory.build();
    tell(draft);
  }

  /** Leaves the connection at hand, in order, for the one to be verified (CONN-12, CONN-13). */
  void leaveIfNeeded(Draft draft) {
    if (draft.memory.hasCandidate()
        && draft.phase == ClientPhase.CONNECTED
        && !draft.isRequestInFlight()) {
      draft.leave();
    }
  }

  /** Whether the connection at hand verifies a candidate. */
  static boolean isTrial(Draft draft) {
    return draft.memory.hasCandidate()
        && (draft.phase == ClientPhase.CONNECTING
            || draft.phase == ClientPhase.AWAITING_FIRST_ANSWER);
  }

  /** The server answered there: the old settings are forgotten (CONN-14, CONN-15, CSR-15). */
  void succeeded(Draft draft) {
    OpAMPConnectionSettings verified = draft.memory.getCandidate().getSettings();
    ClientMemory.Builder memory = draft.memory.toBuilder().setSettings(verified).clearCandidate();
    if (!verified.getCertificate().equals(draft.memory.getSettings().getCertificate())) {
      Certificates.replaced(memory, verified.getCertificate());
    }
    draft.memory = memory.build();
    useInterval(draft, verified);
    settle(draft, ConnectionSettingsStatuses_APPLIED, "");
    tell(draft);
  }

  /**
   * A trial was lost.
   *
   * @return whether the candidate is given up for the old settings (CONN-17, CONN-18)
   */
  boolean failed(Draft draft, Loss loss) {
    boolean mayPass =
        switch (loss.kind()) {
          case UNKNOWN_HOST,
              UNREACHABLE,
              TIMEOUT,
              THROTTLED,
              SERVER_ERROR,
              UNAVAILABLE,
              CLOSED,
              BROKEN ->
              true;
          default -> false;
        };
    boolean soon =
        loss.retryAfter().isEmpty()
            || loss.retryAfter().get().compareTo(SettingsPolicy.LONGEST_WAIT) <= 0;
    if (mayPass && soon && draft.memory.getCandidate().getAttempts() < SettingsPolicy.ATTEMPTS) {
      return false;
    }
    giveUp(draft, loss.kind() + ": " + loss.detail());
    return true;
  }

  /** A candidate that several processes did not live to see verified is not tried again. */
  void beforeStart(Draft draft) {
    if (draft.memory.hasCandidate()
        && draft.memory.getCandidate().getAttempts() >= SettingsPolicy.ATTEMPTS) {
      giveUp(draft, "the agent stopped whenever it tried them");
    }
    if (draft.memory.hasOthers()) {
      draft.notice(new Notice.ConnectionSettingsRestored(draft.memory.getOthers()));
    }
    if (draft.memory.hasOthersOffered()) {
      draft.notice(new Notice.ConnectionSettingsOffered(draft.memory.getOthersOffered()));
    }
  }

  private void takeOpamp(Draft draft, OpAMPConnectionSettings offer, boolean interval) {
    OpAMPConnectionSettings now = draft.memory.getSettings();
    ByteString key = draft.memory.getCertificateRequest().getPrivateKey();
    OpAMPConnectionSettings next = Settings.after(now, offer, key, policy.headersMayFollow());
    if (Settings.sameConnection(now, next)) {
      if (interval) {
        useInterval(draft, next);
      }
      // Superseded, if another candidate had been waiting.
      draft.memory = draft.memory.toBuilder().setSettings(next).clearCandidate().build();
      settle(draft, ConnectionSettingsStatuses_APPLIED, "");
      return;
    }
    Optional<String> objection =
        offer.hasCertificate() && !policy.durable()
            ? Optional.of("a certificate cannot be kept over a restart here")
            : policy.objection().apply(next);
    if (objection.isPresent()) {
      settle(draft, ConnectionSettingsStatuses_FAILED, objection.get());
      return;
    }
    draft.memory =
        draft.memory.toBuilder()
            .setCandidate(SettingsCandidate.newBuilder().setSettings(next))
            .build();
    settle(draft, ConnectionSettingsStatuses_APPLYING, "");
  }

  private static void takeOthers(Draft draft, ConnectionSettingsOffers taken) {
    ConnectionSettingsOffers others = taken.toBuilder().clearOpamp().build();
    boolean none = others.toBuilder().clearHash().build().getSerializedSize() == 0;
    if (none) {
      return;
    }
    ClientMemory.Builder memory = draft.memory.toBuilder().setOthersOffered(others);
    memory
        .getProgressBuilder()
        .setOthers(Settings.outcome(ConnectionSettingsStatuses_APPLYING, ""));
    draft.memory = memory.build();
    draft.notice(new Notice.ConnectionSettingsOffered(others));
  }

  private void giveUp(Draft draft, String why) {
    draft.memory = draft.memory.toBuilder().clearCandidate().build();
    settle(draft, ConnectionSettingsStatuses_FAILED, why);
    tell(draft);
  }

  private void useInterval(Draft draft, OpAMPConnectionSettings from) {
    Duplex duplex = Settings.duplex(draft.memory.getSettings(), settings.duplex());
    boolean heartbeats =
        duplex == Duplex.HALF
            || Capabilities.has(
                draft.ledger.current().getCapabilities(),
                AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
    if (heartbeats) {
      draft.pace = draft.pace.offered(from.getHeartbeatIntervalSeconds(), duplex);
    }
  }

  private static void settle(Draft draft, ConnectionSettingsStatuses status, String error) {
    ClientMemory.Builder memory = draft.memory.toBuilder();
    memory.getProgressBuilder().setOpamp(Settings.outcome(status, error));
    draft.memory = memory.build();
  }

  private static void tell(Draft draft) {
    ConnectionSettingsStatus status = Settings.status(draft.memory.getProgress());
    boolean reports =
        Capabilities.has(
            draft.ledger.current().getCapabilities(),
            AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus);
    if (reports && !status.equals(draft.ledger.current().getConnectionSettingsStatus())) {
      draft.ledger = draft.ledger.settled(status);
      draft.notice(new Notice.ConnectionSettingsSettled(status));
    }
  }
}
