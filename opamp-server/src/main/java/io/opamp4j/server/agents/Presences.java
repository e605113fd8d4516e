package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opamp4j.core.server.Link;
import io.opamp4j.core.server.Offered;
import io.opamp4j.proto.Presence;
import io.opamp4j.storage.Ownership;
import java.time.Instant;
import java.util.Optional;

/**
 * What a node tells the others of an agent's connection: enough for each to derive the same state.
 * Pure.
 */
final class Presences {
  /** A node that tells nothing has not heard of the agent. */
  static final Presence NONE =
      Presence.newBuilder().setReason("not connected since the server started").build();

  private Presences() {}

  /** What this node has to tell of an agent. */
  static Presence of(AgentSession.Now agent) {
    Link link = agent.state().link();
    Offered offered = agent.state().offered();
    Presence.Builder presence =
        Presence.newBuilder()
            .setConnected(link.up())
            .setOverHttp(link.halfDuplex())
            .setSinceEpochMilli(link.since().toEpochMilli())
            .setReason(link.reason())
            .setConfigHash(offered.config().hash())
            .setPackagesHash(offered.packages().hash())
            .setSettingsHash(offered.settings().hash())
            .setStateSinceEpochMilli(agent.statusSince().toEpochMilli());
    agent.connection().map(Connection::remoteAddress).ifPresent(presence::setRemoteAddress);
    return presence.build();
  }

  /** What another node told; {@link #NONE} if that is nothing, or nothing this version knows. */
  static Presence in(Ownership ownership) {
    try {
      return ownership.presence().isEmpty() ? NONE : Presence.parseFrom(ownership.presence());
    } catch (InvalidProtocolBufferException e) {
      return NONE;
    }
  }

  /**
   * The agent's connection to the other node.
   *
   * @param lost why that node cannot be believed any more; empty if it can
   * @param now when it was lost, if it was
   */
  static Link link(Presence presence, Optional<String> lost, Instant now) {
    if (presence.getConnected() && lost.isPresent()) {
      return new Link(false, presence.getOverHttp(), false, now, lost.get());
    }
    return new Link(
        presence.getConnected(),
        presence.getOverHttp(),
        presence.getConnected(),
        Instant.ofEpochMilli(presence.getSinceEpochMilli()),
        presence.getReason());
  }

  /** What the other node has offered. */
  static Offered offered(Presence presence, Link link) {
    return link.up()
        ? new Offered(
            sent(presence.getConfigHash(), link),
            sent(presence.getPackagesHash(), link),
            sent(presence.getSettingsHash(), link))
        : Offered.NOTHING;
  }

  /** Whether the others would see no difference in what was offered. */
  static boolean sameOffers(Offered before, Offered after) {
    return before.config().hash().equals(after.config().hash())
        && before.packages().hash().equals(after.packages().hash())
        && before.settings().hash().equals(after.settings().hash());
  }

  private static Offered.Sent sent(ByteString hash, Link link) {
    return Offered.Sent.known(hash, link.since());
  }
}
