package io.opamp4j.client;

import com.google.protobuf.ByteString;
import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.proto.ConnectionSettingsOffers;
import java.util.Optional;

/** Brings settings for other destinations to the application and their outcome to the machine. */
final class OtherSettings {
  private final ConnectionSettingsHandler handler;
  private final Callbacks callbacks;
  private final ClientLoop loop;

  OtherSettings(ConnectionSettingsHandler handler, Callbacks callbacks, ClientLoop loop) {
    this.handler = handler;
    this.callbacks = callbacks;
    this.loop = loop;
  }

  /** Called on the loop's thread. */
  void offered(ConnectionSettingsOffers offer) {
    boolean taken =
        callbacks.run(
            "connection settings",
            () -> {
              try {
                handler
                    .apply(offer)
                    .whenComplete(
                        (nothing, failure) ->
                            settle(
                                offer.getHash(),
                                Optional.ofNullable(failure).map(Callbacks::reason)));
              } catch (RuntimeException e) {
                settle(offer.getHash(), Optional.of(Callbacks.reason(e)));
                throw e;
              }
            });
    if (!taken) {
      settle(offer.getHash(), Optional.of("the agent is too busy"));
    }
  }

  /** What was accepted before a restart is used again; nobody asks how that went. */
  void restored(ConnectionSettingsOffers settings) {
    callbacks.run("connection settings from before", () -> handler.apply(settings));
  }

  private void settle(ByteString hash, Optional<String> error) {
    loop.order((machine, state, now) -> machine.handled(state, hash, error, now));
  }
}
