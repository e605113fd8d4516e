package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.SequenceLines;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import io.opamp4j.server.ServerConfig;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands before {@link AgentWork} and decides whose a message is when one uid turns up twice (E-21,
 * DUP-03 to DUP-05).
 *
 * <p>A message on one connection while the agent's WebSocket still seems to be up is either the
 * same agent, back before the end of its old socket was noticed, or a second agent. So the old
 * socket is probed, and the message waits: if the old one is dead the agent continues on the new
 * one and was never disconnected; if it is alive the newcomer is told to use another uid, and the
 * first agent is not touched. Where there is no socket to probe, the sequence numbers tell ({@link
 * SequenceLines}).
 *
 * <p>Every method runs in the mailbox of the session it is given, unless it says otherwise.
 */
final class Rivals {

  private final AgentWork work;
  private final NewUids newUids;
  private final AgentEvents events;
  private final AdmissionGate gate;
  private final Duration patience;
  private final InstantSource clock;
  private final ConcurrentMap<AgentSession, Contest> contests = new ConcurrentHashMap<>();

  @Inject
  Rivals(
      AgentWork work,
      NewUids newUids,
      AgentEvents events,
      AdmissionGate gate,
      ServerConfig.Agents config,
      InstantSource clock) {
    this.work = work;
    this.newUids = newUids;
    this.events = events;
    this.gate = gate;
    this.patience = config.duplicateProbe();
    this.clock = clock;
  }

  /** A message with the uid of this agent came in. */
  void received(AgentSession session, Incoming in) {
    in.attend(() -> decide(session, in));
  }

  /** The agent's WebSocket ended. */
  void ended(AgentSession session, Connection connection, String reason) {
    Contest contest = contests.get(session);
    if (contest != null && contest.incumbent == connection) {
      contests.remove(session);
      takeOver(session, contest.incumbent, contest.waiting, reason);
    } else {
      work.disconnect(session, connection, reason);
    }
  }

  /** The agent's deadline has passed. */
  void expire(AgentSession session) {
    // A probe is under way already, and ends sooner than another sweep begins.
    if (!contests.containsKey(session)) {
      work.expire(session);
    }
  }

  /** A pong came in on the connection of this agent. Called on any thread. */
  void pong(AgentSession session, Carrier carrier) {
    Contest contest = contests.get(session);
    if (contest != null && contest.byPing && contest.incumbent == carrier) {
      session.mailbox().post(() -> answered(session, contest));
    }
  }

  /** Time has passed. Called on the timer thread. */
  void tick(Instant now) {
    for (Map.Entry<AgentSession, Contest> open : contests.entrySet()) {
      if (!now.isBefore(open.getValue().deadline)) {
        AgentSession session = open.getKey();
        session.mailbox().post(() -> unanswered(session, open.getValue()));
      }
    }
  }

  private void decide(AgentSession session, Incoming in) {
    if (in.connection() instanceof Carrier carrier && carrier.isLeft()) {
      in.drop();
      return;
    }
    Optional<Carrier> rival = liveSocketElsewhere(session, in.connection());
    Optional<InstanceUid> told =
        session.isOn(in.connection()) ? Optional.empty() : newUids.toldBefore(in, rival.isEmpty());
    if (told.isPresent()) {
      newUids.expel(in, told.get());
    } else if (rival.isPresent()) {
      contend(session, rival.get(), in);
    } else {
      leaveFormerUid(session, in);
      admit(session, in);
      endContestAfter(session, in);
    }
  }

  /** An agent that took its new uid may have been let in under the other one just before. */
  private void leaveFormerUid(AgentSession session, Incoming in) {
    if (!session.isOn(in.connection())) {
      newUids
          .former(in)
          .ifPresent(
              former ->
                  former
                      .mailbox()
                      .post(
                          () ->
                              ended(former, in.connection(), "the agent goes by another uid now")));
    }
  }

  private void admit(AgentSession session, Incoming in) {
    long number = in.message().getSequenceNum();
    SequenceLines before = session.lines();
    SequenceLines lines = before.next(number);
    @Nullable InstanceUid told = before.isIntruder(number) ? session.intruder() : null;
    if (!lines.isIntruder(number)) {
      session.follow(lines, lines.split() ? session.intruder() : null);
      work.receive(session, in);
    } else if (told != null && newUids.isUsed(told)) {
      // The second agent goes by its new uid; so this is the first one, which has started anew.
      session.follow(SequenceLines.NONE.next(number), null);
      work.receive(session, in);
    } else {
      InstanceUid fresh = told != null ? told : newUids.make(in);
      session.follow(lines, fresh);
      newUids.rename(in, fresh);
    }
  }

  private void contend(AgentSession session, Carrier incumbent, Incoming in) {
    Contest known = contests.get(session);
    if (known != null && known.waiting.size() == Mailbox.CAPACITY) {
      in.answer(
          ErrorResponses.unavailable(
              in.message().getInstanceUid(),
              "another connection of this agent is being probed",
              session.returnTime(clock.instant(), gate::returnIn)));
    } else if (known != null) {
      in.postpone();
      known.waiting.add(in);
    } else if (incumbent.ended().isPresent()) {
      // The news is on its way to this mailbox; for the agent there is no end.
      takeOver(session, incumbent, List.of(in), incumbent.ended().get());
    } else {
      boolean alone = incumbent.carried().size() == 1;
      Contest opened = new Contest(incumbent, alone, clock.instant().plus(patience));
      contests.put(session, opened);
      in.postpone();
      opened.waiting.add(in);
      probe(session, opened);
    }
  }

  /**
   * A pong of a gateway says nothing of the agents behind it, so there the agent itself is asked.
   */
  private static void probe(AgentSession session, Contest contest) {
    if (contest.byPing) {
      contest.incumbent.ping();
    } else {
      contest.incumbent.push(
          ServerToAgent.newBuilder()
              .setInstanceUid(session.now().state().uid().toBytes())
              .setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE)
              .build());
    }
  }

  /** A message of the agent on its own connection may be what the probe was waiting for. */
  private void endContestAfter(AgentSession session, Incoming in) {
    Contest contest = contests.get(session);
    if (contest == null) {
      return;
    }
    if (!session.isOn(contest.incumbent)) {
      // It said goodbye, or has gone to another node; nobody is in the way of those who wait.
      contests.remove(session);
      contest.waiting.stream().filter(Rivals::isThere).forEach(w -> received(session, w));
    } else if (contest.isAnsweredBy(in.message())) {
      answered(session, contest);
    }
  }

  private void answered(AgentSession session, Contest contest) {
    if (!contests.remove(session, contest)) {
      return;
    }
    for (Incoming in : contest.waiting) {
      if (isThere(in)) {
        in.attend(
            () ->
                newUids.expel(in, newUids.toldBefore(in, false).orElseGet(() -> newUids.make(in))));
      }
    }
  }

  private void unanswered(AgentSession session, Contest contest) {
    if (contests.remove(session, contest)) {
      takeOver(
          session,
          contest.incumbent,
          contest.waiting,
          "the connection from "
              + contest.incumbent.remoteAddress()
              + " did not answer within "
              + patience.toSeconds()
              + " s");
    }
  }

  private void takeOver(
      AgentSession session, Carrier incumbent, List<Incoming> waiting, String reason) {
    List<Incoming> there = waiting.stream().filter(Rivals::isThere).toList();
    if (there.isEmpty()) {
      if (incumbent.ended().isPresent()) {
        work.disconnect(session, incumbent, reason);
      } else {
        work.expire(session);
      }
      return;
    }
    Incoming first = there.get(0);
    events.publish(
        List.of(
            new AgentEvent.TakenOver(
                session.now().state().uid(),
                clock.instant(),
                first.connection().remoteAddress(),
                reason)));
    first.attend(() -> work.receive(session, first));
    if (incumbent.carried().isEmpty()) {
      incumbent.close(CloseCode.GOING_AWAY, "the agent is back on another connection");
    }
    // Those of the same connection go on there; those of a third one are rivals in their turn.
    there.stream().skip(1).forEach(in -> received(session, in));
  }

  private static Optional<Carrier> liveSocketElsewhere(AgentSession session, Connection here) {
    return session
        .now()
        .connection()
        .filter(connection -> connection != here)
        .flatMap(c -> c instanceof Carrier carrier ? Optional.of(carrier) : Optional.empty());
  }

  /** Whether somebody waits for the answer; if not, the message is dropped. */
  private static boolean isThere(Incoming in) {
    if (in.connection() instanceof Carrier carrier && carrier.ended().isPresent()) {
      in.drop();
      return false;
    }
    return true;
  }
}
