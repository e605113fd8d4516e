package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.SequenceLines;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.Elsewhere;
import io.opamp4j.core.server.Link;
import io.opamp4j.core.server.Step;
import io.opamp4j.core.server.Target;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.proto.Presence;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for an agent because of what other nodes write about it. As in {@link AgentWork},
 * every method runs in the mailbox of the session it is given.
 */
final class RemoteWork {

  /** An agent that changes nodes more often than this is probably two. */
  private static final Duration SUSPICIOUS = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(RemoteWork.class);

  private final Claims claims;
  private final Targets targets;
  private final SilenceWatch silence;
  private final RecordWriter writer;
  private final AgentEvents events;
  private final Sessions sessions;
  private final InstantSource clock;
  private volatile Instant nextWarning = Instant.MIN;

  @Inject
  RemoteWork(
      Claims claims,
      Targets targets,
      SilenceWatch silence,
      RecordWriter writer,
      AgentEvents events,
      Sessions sessions,
      InstantSource clock) {
    this.claims = claims;
    this.targets = targets;
    this.silence = silence;
    this.writer = writer;
    this.events = events;
    this.sessions = sessions;
    this.clock = clock;
  }

  /** An agent that storage knows, in a session that nobody shares yet. */
  AgentSession known(AgentRecord record) {
    AgentSession session = sessions.made(record, state(record));
    AgentState state = session.now().state();
    Target target = targets.of(session, targets.current(), state.report());
    Step step = Elsewhere.told(state, state, target, clock.instant());
    session.become(session.now().in(step.state(), stateSince(record)));
    return session;
  }

  /** Storage has this of the agent. */
  void follow(AgentSession session, AgentRecord record) {
    AgentSession.Now now = session.now();
    Ownership known = now.ownership();
    Ownership stored = record.ownership();
    if (claims.isOurs(stored)) {
      // What is in memory is newer.
      return;
    }
    boolean ours = claims.isOurs(known);
    if (ours && stored.term() < known.term()) {
      if (session.savedTerm() == known.term()) {
        // Storage has lost what it had acknowledged.
        writer.changed(session);
      }
    } else if (!ours || now.connection().isEmpty()) {
      adopt(session, record);
    } else if (isElsewhere(stored) && session.savedTerm() == known.term()) {
      // Our claim stood when the later one was made, so ours is the older connection.
      leave(session, record);
    } else {
      claimAbove(session, stored);
    }
  }

  /** The agent's record was removed. */
  void removed(AgentSession session) {
    AgentSession.Now now = session.now();
    if (now.connection().isPresent()) {
      writer.changed(session);
    } else if (sessions.remove(now.state().uid(), session)) {
      silence.forget(now.state().uid());
    }
  }

  /**
   * The node that speaks for the agent may have died, or have come back.
   *
   * @param lastSign when a dead node may have spoken last
   */
  void judge(AgentSession session, Instant lastSign) {
    AgentSession.Now now = session.now();
    Presence presence = Presences.in(now.ownership());
    if (claims.isOurs(now.ownership()) || !presence.getConnected()) {
      return;
    }
    Optional<String> lost = claims.lost(now.ownership());
    if (now.state().link().up() == lost.isPresent()) {
      Link link = Presences.link(presence, lost, clock.instant());
      AgentState heard =
          Elsewhere.state(
              now.state().uid(), now.state().report(), link, Presences.offered(presence, link));
      become(session, heard, now.lastSeen(), now.ownership(), clock.instant());
    }
    if (lost.isPresent() && claims.leads()) {
      // It was connected until then, though nobody wrote down when it was heard.
      AgentSession.Now gone = session.now();
      Instant lastSeen = lastSign.isAfter(gone.lastSeen()) ? lastSign : gone.lastSeen();
      session.become(gone.seen(lastSeen).owned(claims.above(gone.ownership())));
      writer.changed(session);
    }
  }

  private boolean isElsewhere(Ownership stored) {
    return Presences.in(stored).getConnected() && claims.lost(stored).isEmpty();
  }

  private void adopt(AgentSession session, AgentRecord record) {
    takeUid(session, record.uid());
    session.follow(SequenceLines.NONE, null);
    silence.forget(record.uid());
    become(session, state(record), record.lastSeen(), record.ownership(), stateSince(record));
  }

  private AgentState state(AgentRecord record) {
    Presence presence = Presences.in(record.ownership());
    Link link = Presences.link(presence, claims.lost(record.ownership()), clock.instant());
    if (link.up()) {
      targets.seekComponents(record.report(), clock.instant());
    }
    return Elsewhere.state(
        record.uid(), sessions.share(record.report()), link, Presences.offered(presence, link));
  }

  private static Instant stateSince(AgentRecord record) {
    long told = Presences.in(record.ownership()).getStateSinceEpochMilli();
    return told == 0 ? record.lastSeen() : Instant.ofEpochMilli(told);
  }

  /** The agent was told to use this uid, and did so on another node. */
  private void takeUid(AgentSession session, InstanceUid uid) {
    InstanceUid former = session.now().state().uid();
    if (!former.equals(uid)) {
      silence.forget(former);
      writer.removed(former);
    }
  }

  private void leave(AgentSession session, AgentRecord record) {
    Connection here = session.now().connection().orElseThrow();
    Presence presence = Presences.in(record.ownership());
    String why = "it is connected to node " + record.ownership().node();
    if (here instanceof Carrier carrier) {
      carrier.drop(session);
    }
    events.publish(
        List.of(
            new AgentEvent.TakenOver(
                record.uid(), clock.instant(), presence.getRemoteAddress(), why)));
    warnOfTwins(session, record);
    adopt(session, record);
    if (here instanceof Carrier carrier && carrier.carried().isEmpty()) {
      carrier.leave();
      carrier.close(CloseCode.GOING_AWAY, "the agent is connected to another node");
    }
  }

  /** Two agents with one uid are told apart within a node only. */
  private void warnOfTwins(AgentSession session, AgentRecord record) {
    Instant now = clock.instant();
    boolean again = now.isBefore(session.left().plus(SUSPICIOUS));
    session.leftAt(now);
    if (again && !now.isBefore(nextWarning)) {
      nextWarning = now.plus(SUSPICIOUS);
      log.warn(
          "agent {} goes to and fro between this node and {}; there may be two with this uid",
          record.uid(),
          record.ownership().node());
    }
  }

  private void claimAbove(AgentSession session, Ownership stored) {
    session.become(session.now().owned(claims.above(stored)));
    writer.changed(session);
  }

  private void become(
      AgentSession session, AgentState heard, Instant lastSeen, Ownership owner, Instant since) {
    AgentState before = session.now().state();
    Target target = targets.of(session, targets.current(), heard.report());
    Step step = Elsewhere.told(before, heard, target, clock.instant());
    session.become(session.now().away().seen(lastSeen).owned(owner));
    finish(session, step, since);
  }

  private void finish(AgentSession session, Step step, Instant since) {
    AgentSession.Now now = session.now();
    boolean changed = now.state().status().state() != step.state().status().state();
    session.become(now.in(step.state(), changed ? since : now.statusSince()));
    events.publish(step.events());
  }
}
