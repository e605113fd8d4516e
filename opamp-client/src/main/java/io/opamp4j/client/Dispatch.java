package io.opamp4j.client;

import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.client.loop.Outlet;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Notice;
import io.opamp4j.proto.CertificateInHand;
import io.opamp4j.proto.ClientMemory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** Brings what the loop finds out to whom it concerns: the store, and the application's code. */
final class Dispatch implements Outlet {
  private static final Logger LOG = System.getLogger(Dispatch.class.getName());

  private final Handlers handlers;
  private final Callbacks callbacks;
  private final Past past;
  private final Optional<RemoteConfigs> remoteConfigs;
  private Optional<OtherSettings> otherSettings = Optional.empty();
  private Optional<CustomMessaging> messaging = Optional.empty();
  private Optional<ClientLoop> loop = Optional.empty();
  private boolean storeFails;

  Dispatch(
      Handlers handlers, Callbacks callbacks, Past past, Optional<RemoteConfigs> remoteConfigs) {
    this.handlers = handlers;
    this.callbacks = callbacks;
    this.past = past;
    this.remoteConfigs = remoteConfigs;
  }

  /** The loop this belongs to; before it starts. */
  void attach(ClientLoop attached, CustomMessaging custom) {
    loop = Optional.of(attached);
    messaging = Optional.of(custom);
    otherSettings =
        handlers.settings().map(handler -> new OtherSettings(handler, callbacks, attached));
  }

  /** What is to happen before the loop starts. */
  void beforeStart() {
    past.complaint()
        .ifPresent(
            why -> callbacks.run("a damaged store", () -> handlers.listener.onStoreFailed(why)));
    if (past.memory().hasGoodConfig()) {
      remoteConfigs.ifPresent(
          configs -> configs.restore(past.memory().getGoodConfig(), past.restoresTold()));
    }
  }

  @Override
  public void keep(ClientMemory memory) {
    if (past.store().isEmpty()) {
      return;
    }
    try {
      past.store().get().save(memory);
      storeFails = false;
    } catch (IOException | RuntimeException e) {
      if (!storeFails) {
        LOG.log(Level.WARNING, "what the client has to remember could not be saved", e);
        String why = Callbacks.reason(e);
        callbacks.run("a failed save", () -> handlers.listener.onStoreFailed(why));
      }
      storeFails = true;
    }
  }

  @Override
  public void notice(Notice notice) {
    if (notice instanceof Notice.RemoteConfigOffered offered) {
      remoteConfigs.ifPresent(configs -> configs.offered(offered.offer()));
    } else if (notice instanceof Notice.ConnectionSettingsOffered offered) {
      otherSettings.ifPresent(others -> others.offered(offered.offer()));
    } else if (notice instanceof Notice.ConnectionSettingsRestored restored) {
      otherSettings.ifPresent(others -> others.restored(restored.settings()));
    } else if (notice instanceof Notice.CertificateWanted wanted) {
      requestCertificate(wanted.uid());
    } else if (notice instanceof Notice.CommandIgnored ignored) {
      LOG.log(Level.WARNING, "an unknown command was ignored: {0}", ignored.type());
    } else if (!(notice instanceof Notice.CustomMessageSent)) {
      callbacks.run(notice.getClass().getSimpleName(), () -> tell(notice));
    }
    if (notice instanceof Notice.Stopped) {
      handlers.ready().ifPresent(ReadyPackages::close);
      callbacks.close();
    }
  }

  private void requestCertificate(InstanceUid uid) {
    try {
      CertificateInHand request = CertificateRequests.make(uid);
      loop.ifPresent(
          running ->
              running.order((machine, state, now) -> machine.requested(state, request, now)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  /** On the thread of the callbacks. */
  private void tell(Notice notice) {
    ClientListener listener = handlers.listener;
    if (notice instanceof Notice.Connected) {
      listener.onConnected();
    } else if (notice instanceof Notice.ConnectFailed failed) {
      listener.onConnectFailed(failed.loss(), failed.retryIn());
    } else if (notice instanceof Notice.Disconnected disconnected) {
      listener.onDisconnected(disconnected.loss(), disconnected.retryIn());
    } else if (notice instanceof Notice.ErrorReceived received) {
      listener.onServerError(received.error());
    } else if (notice instanceof Notice.UidAssigned assigned) {
      listener.onNewInstanceUid(assigned.uid());
    } else if (notice instanceof Notice.SectionWithheld withheld) {
      listener.onSectionTooLarge(withheld.section(), withheld.bytes());
    } else if (notice instanceof Notice.MalformedReceived malformed) {
      listener.onMalformedMessage(malformed.reason());
    } else if (notice instanceof Notice.ConnectionSettingsSettled settled) {
      listener.onConnectionSettings(settled.status());
    } else {
      tellOfWishes(listener, notice);
    }
  }

  private void tellOfWishes(ClientListener listener, Notice notice) {
    if (notice instanceof Notice.CustomMessageReceived custom) {
      boolean reply = messaging.filter(waiting -> waiting.received(custom.message())).isPresent();
      if (!reply) {
        listener.onCustomMessage(custom.message());
      }
    } else if (notice instanceof Notice.CustomMessageDropped dropped) {
      listener.onCustomMessageDropped(dropped.message(), dropped.reason());
    } else if (notice instanceof Notice.PackagesOffered packages && handlers.packages != null) {
      handlers.packages.offered(packages.offer());
    } else if (notice instanceof Notice.RestartRequested && handlers.restart != null) {
      handlers.restart.run();
    } else if (notice instanceof Notice.Stopped) {
      messaging.ifPresent(CustomMessaging::close);
      listener.onStopped();
    }
  }
}
