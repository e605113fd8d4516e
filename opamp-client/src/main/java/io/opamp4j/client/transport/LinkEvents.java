package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import io.opamp4j.proto.ServerToAgent;

/**
 * What a {@link Link} reports, from the transport's threads. An implementation may block the caller
 * for a moment, which holds back the server.
 */
public interface LinkEvents {

  /** The link can be used; once at most. */
  void opened();

  /** A message came in. */
  void received(ServerToAgent message);

  /** Something came in that is not an OpAMP message. */
  void malformed(String reason);

  /** The message given to {@link Link#send} first, of those not yet reported, is out. */
  void sent();

  /** The link is of no more use: it never opened, it broke, or it was closed by either side. */
  void lost(Loss loss);
}
