package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.OpAMPConnectionSettings;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * The transport of a client: WebSocket or plain HTTP, as the endpoint at hand says (TRN-02). What
 * was made for other settings is released before. Belongs to the client's loop.
 */
public final class Transports implements Transport {
  private final TransportSettings base;
  private OpAMPConnectionSettings latest = OpAMPConnectionSettings.getDefaultInstance();
  private @Nullable Carrier carrier;

  /**
   * For an endpoint and settings to be laid over it.
   *
   * @throws IllegalArgumentException if nothing could connect with these
   */
  public Transports(TransportSettings base) {
    this.base = base;
    try {
      // Made at once, so that a library missing on the class path shows where it can be seen.
      carrier = base.carrier();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(Losses.describe(e), e);
    }
  }

  /** One endpoint's connections. */
  interface Carrier extends AutoCloseable {
    Link open(LinkEvents events);

    @Override
    void close();
  }

  @Override
  public Link open(OpAMPConnectionSettings settings, LinkEvents events) {
    OpAMPConnectionSettings wanted = settings.toBuilder().clearHeartbeatIntervalSeconds().build();
    if (carrier == null || !wanted.equals(latest)) {
      close();
      try {
        carrier = base.with(wanted).carrier();
        latest = wanted;
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        LossKind kind = e instanceof GeneralSecurityException ? LossKind.TLS : LossKind.REJECTED;
        events.lost(Loss.of(kind, Losses.describe(e)));
        return new NoLink();
      }
    }
    return carrier.open(events);
  }

  @Override
  public void close() {
    if (carrier != null) {
      carrier.close();
      carrier = null;
    }
  }

  private static final class NoLink implements Link {
    @Override
    public void send(AgentToServer message) {
      throw new IllegalStateException("the link never opened");
    }

    @Override
    public void close() {}
  }
}
