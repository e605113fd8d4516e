package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;

/** What follows from what the server sends. */
final class Reception {
  /** How many unreadable messages in a row are borne (E-06). */
  static final int MALFORMED_ALLOWED = 10;

  private final Switchover switchover;
  private final Certificates certificates;
  private final Retries retries;

  Reception(Switchover switchover, Certificates certificates, Retries retries) {
    this.switchover = switchover;
    this.certificates = certificates;
    this.retries = retries;
  }

  /** A message came in. One addressed to another agent is ignored (E-54). */
  void received(Draft draft, ServerToAgent message) {
    ByteString addressee = message.getInstanceUid();
    boolean forUs =
        addressee.isEmpty() || addressee.equals(draft.ledger.current().getInstanceUid());
    if (!forUs) {
      return;
    }
    switch (draft.phase) {
      case STOPPING -> draft.answeredWhileStopping();
      case LEAVING -> {
        draft.answered();
        leftIfHalfDuplex(draft);
      }
      case AWAITING_FIRST_ANSWER, CONNECTED -> answered(draft, message);
      default -> {
        // Nothing is open, so this is a late word of a connection given up.
      }
    }
  }

  /** Something came in that is not a message. */
  void malformed(Draft draft, String reason) {
    if (!draft.phase.isOpen()) {
      return;
    }
    draft.notice(new Notice.MalformedReceived(reason));
    draft.link = draft.link.garbled();
    if (draft.phase == ClientPhase.LEAVING) {
      leftIfHalfDuplex(draft);
    } else if (draft.duplex() == Duplex.HALF || draft.link.malformed() >= MALFORMED_ALLOWED) {
      retries.giveUp(draft, Loss.of(LossKind.MALFORMED, reason));
    }
  }

  private void answered(Draft draft, ServerToAgent message) {
    if (isUnavailable(message)) {
      retries.unavailable(draft, message.getErrorResponse());
      return;
    }
    boolean trial = Switchover.isTrial(draft);
    if (trial && message.hasErrorResponse()) {
      draft.notice(new Notice.ErrorReceived(message.getErrorResponse()));
      String error = message.getErrorResponse().getErrorMessage();
      retries.giveUp(draft, Loss.of(LossKind.BAD_REQUEST, "the server answered: " + error));
      return;
    }
    if (trial) {
      switchover.succeeded(draft);
    }
    if (draft.phase == ClientPhase.AWAITING_FIRST_ANSWER) {
      draft.phase = ClientPhase.CONNECTED;
      draft.notice(new Notice.Connected());
    }
    draft.link = draft.link.heard(draft.now);
    if (message.hasErrorResponse()) {
      draft.notice(new Notice.ErrorReceived(message.getErrorResponse()));
      Certificates.refused(draft, message.getErrorResponse());
    }
    draft.answered();
    if (!message.hasErrorResponse()) {
      process(draft, message);
    }
    certificates.askIfNeeded(draft);
    switchover.leaveIfNeeded(draft);
    draft.speak();
  }

  private void process(Draft draft, ServerToAgent message) {
    draft.ledger = draft.ledger.serverAnnounced(message.getCapabilities());
    Intake intake = new Intake(draft.ledger.current(), message);
    intake.notices().forEach(draft::notice);
    if (intake.isCommand()) {
      return;
    }
    intake.announced().ifPresent(names -> draft.outbox = draft.outbox.announced(names));
    intake.remoteConfig().ifPresent(offer -> draft.offered = offer);
    draft.ledger = draft.ledger.demanding(intake.demands());
    if (message.hasConnectionSettings()) {
      switchover.offered(draft, intake, message.getConnectionSettings());
    }
    intake
        .newUid()
        .ifPresent(
            uid -> {
              draft.ledger = draft.ledger.renamed(uid);
              draft.memory = draft.memory.toBuilder().clearUidIsTemporary().build();
              Certificates.renamed(draft);
              draft.notice(new Notice.UidAssigned(uid));
            });
  }

  /** Keeps what the report says of configurations and packages, and the last good configuration. */
  static void remember(Draft draft) {
    AgentToServer report = draft.ledger.current();
    ClientMemory.Builder memory = draft.memory.toBuilder();
    if (report.hasRemoteConfigStatus()) {
      memory.setRemoteConfigStatus(report.getRemoteConfigStatus());
    }
    if (report.hasPackageStatuses()) {
      memory.setPackageStatuses(report.getPackageStatuses());
    }
    RemoteConfigStatus status = report.getRemoteConfigStatus();
    boolean good =
        status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED
            && status.getLastRemoteConfigHash().equals(draft.offered.getConfigHash())
            && draft.offered.hasConfig();
    if (good) {
      memory.setGoodConfig(draft.offered);
      draft.offered = AgentRemoteConfig.getDefaultInstance();
    }
    draft.memory = memory.build();
  }

  /** The last answer of a half-duplex connection is in, so that the next may be opened. */
  private static void leftIfHalfDuplex(Draft draft) {
    if (draft.duplex() == Duplex.HALF) {
      draft.close();
      Retries.left(draft);
    }
  }

  private static boolean isUnavailable(ServerToAgent message) {
    return message.hasErrorResponse()
        && message.getErrorResponse().getType()
            == ServerErrorResponseType.ServerErrorResponseType_Unavailable;
  }
}
