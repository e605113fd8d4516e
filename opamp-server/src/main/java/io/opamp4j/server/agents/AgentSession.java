package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.SequenceLines;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Components;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One agent as this server keeps it, connected or not. Written only by the work in its {@link
 * #mailbox}; any thread may read {@link #view()} and {@link #now()}.
 */
final class AgentSession {
  private final Mailbox mailbox;
  private final Outbox outbox = new Outbox();
  private volatile AgentNote note;
  private volatile Now now;
  private volatile Instant lastContact;
  private volatile Instant toldToReturn = Instant.EPOCH;
  private volatile long savedTerm = -1;
  private volatile @Nullable Shown shown;
  private Instant left = Instant.MIN;

  // The last resolution of the target, and what it was made from; touched only by the mailbox's
  // work.
  private @Nullable FleetView resolvedFrom;
  private @Nullable AgentDescription resolvedFor;
  private long resolvedWith;
  private ByteString resolvedJudging = ByteString.EMPTY;
  private Target resolved = Target.NONE;

  // Whether two agents share the uid, and what the second one was told to use; touched only by the
  // mailbox's work.
  private SequenceLines lines = SequenceLines.NONE;
  private @Nullable InstanceUid intruder;

  /**
   * @param state as the machine left it
   * @param connection the live connection, if any
   * @param firstSeen when the agent first reported
   * @param lastSeen when its last message came in
   * @param statusSince when the present state was entered
   * @param seenInterval the time between its last two messages on this connection; zero if unknown
   * @param ownership which node speaks for the agent, and what it says if it is another
   */
  record Now(
      AgentState state,
      Optional<Connection> connection,
      Instant firstSeen,
      Instant lastSeen,
      Instant statusSince,
      Duration seenInterval,
      Ownership ownership) {

    /** Another node speaks for the agent. */
    Now owned(Ownership by) {
      return new Now(state, connection, firstSeen, lastSeen, statusSince, seenInterval, by);
    }

    /** The agent is not connected here. */
    Now away() {
      return new Now(
          state, Optional.empty(), firstSeen, lastSeen, statusSince, Duration.ZERO, ownership);
    }

    Now seen(Instant last) {
      return new Now(state, connection, firstSeen, last, statusSince, seenInterval, ownership);
    }

    Now in(AgentState next, Instant since) {
      return new Now(next, connection, firstSeen, lastSeen, since, seenInterval, ownership);
    }
  }

  private AgentSession(Executor workers, AgentNote note, Now now) {
    this.mailbox = new Mailbox(workers);
    this.note = note;
    this.now = now;
    this.lastContact = now.lastSeen();
  }

  static AgentSession unknown(InstanceUid uid, AgentNote note, Instant at, Executor workers) {
    return new AgentSession(
        workers,
        note,
        new Now(
            AgentState.unknown(uid), Optional.empty(), at, at, at, Duration.ZERO, Ownership.NONE));
  }

  static AgentSession known(
      AgentRecord record, AgentNote note, AgentState state, Executor workers) {
    return new AgentSession(
        workers,
        note,
        new Now(
            state,
            Optional.empty(),
            record.firstSeen(),
            record.lastSeen(),
            record.lastSeen(),
            Duration.ZERO,
            record.ownership()));
  }

  Mailbox mailbox() {
    return mailbox;
  }

  /** Custom messages that wait for the agent. */
  Outbox outbox() {
    return outbox;
  }

  Now now() {
    return now;
  }

  void become(Now next) {
    now = next;
  }

  /** When the last message or pong came in; pongs arrive outside the mailbox. */
  Instant lastContact() {
    return lastContact;
  }

  void heard(Instant at) {
    lastContact = at;
  }

  /**
   * How long the agent is to stay away: until the time it was told before, if that is still to
   * come.
   */
  Duration returnTime(Instant at, Supplier<Duration> fresh) {
    Duration left = Duration.between(at, toldToReturn);
    if (left.isNegative() || left.isZero()) {
      left = fresh.get();
      toldToReturn = at.plus(left);
    }
    return left;
  }

  /** The latest term under which this node could write the agent's record; -1 if it never did. */
  long savedTerm() {
    return savedTerm;
  }

  void saved(long term) {
    savedTerm = term;
  }

  /** When the agent last went from here to another node. Touched only by the mailbox's work. */
  Instant left() {
    return left;
  }

  void leftAt(Instant at) {
    left = at;
  }

  /** The sequence numbers seen under this uid. */
  SequenceLines lines() {
    return lines;
  }

  /** What the second of two agents with this uid was told to use; null if there is none. */
  @Nullable InstanceUid intruder() {
    return intruder;
  }

  void follow(SequenceLines seen, @Nullable InstanceUid toldToIntruder) {
    lines = seen;
    intruder = toldToIntruder;
  }

  boolean isOn(Connection connection) {
    return now.connection().filter(connection::equals).isPresent();
  }

  /**
   * The target, resolved again only if the fleet or what the agent says of itself is another than
   * last time, or its components are not known.
   */
  Target target(
      FleetView fleet, Components components, HeartbeatOffer heartbeat, AgentToServer report) {
    AgentDescription description = report.getAgentDescription();
    ByteString catalogue = report.getAvailableComponents().getHash();
    boolean judgeable = components.find(catalogue).isPresent();
    // While a catalogue is not known, it may become known or be given up at any time.
    boolean same =
        fleet == resolvedFrom
            && description == resolvedFor
            && report.getCapabilities() == resolvedWith
            && (catalogue.isEmpty() || (judgeable && catalogue.equals(resolvedJudging)));
    if (!same) {
      Target fresh =
          heartbeat.addTo(fleet.resolve(report, note, components), report.getCapabilities());
      // An equal target keeps its identity, so that later comparisons are cheap.
      resolved = fresh.equals(resolved) ? resolved : fresh;
      resolvedFrom = fleet;
      resolvedFor = description;
      resolvedWith = report.getCapabilities();
      resolvedJudging = judgeable ? catalogue : ByteString.EMPTY;
    }
    return resolved;
  }

  /**
   * Operators say this of the agent. Called in the mailbox.
   *
   * @return whether that is something else than before
   */
  boolean take(AgentNote next) {
    if (note.equals(next)) {
      return false;
    }
    note = next;
    resolvedFrom = null;
    return true;
  }

  /**
   * The agent as others see it. Made once for each change and not for each look: a list has to look
   * at every agent there is. Two threads may both make it, which does no harm.
   */
  AgentView view() {
    Now seen = now;
    AgentNote noted = note;
    Shown last = shown;
    if (last == null || !last.isOf(seen, noted)) {
      last = Shown.of(seen, noted);
      shown = last;
    }
    return last.view();
  }

  /**
   * What storage is to keep.
   *
   * @param presence what other nodes are told of the connection
   */
  AgentRecord record(Now seen, ByteString presence) {
    return new AgentRecord(
        seen.state().uid(),
        seen.state().report(),
        note.labels(),
        seen.firstSeen(),
        seen.lastSeen(),
        new Ownership(seen.ownership().term(), seen.ownership().node(), presence));
  }
}
