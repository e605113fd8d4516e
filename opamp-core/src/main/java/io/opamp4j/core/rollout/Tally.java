package io.opamp4j.core.rollout;

import java.time.Instant;

/**
 * How many agents of some part of a stage are what.
 *
 * @param agents all of them
 * @param connected are there
 * @param turns would make use of their turn
 * @param unsettled the running step would wait for
 * @param settled have the version
 * @param failed count as failed
 * @param incompatible do not fit the version
 * @param reporting have said something final about the version
 * @param holding of those, are there
 * @param due when the first of their watches ends
 */
record Tally(
    int agents,
    int connected,
    int turns,
    int unsettled,
    int settled,
    int failed,
    int incompatible,
    int reporting,
    int holding,
    Instant due) {
  static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, Instant.MAX);

  static Tally of(Member member) {
    AgentView view = member.view();
    return new Tally(
        1,
        one(view.connected()),
        one(member.takesTurn()),
        one(member.isUnsettled()),
        one(member.watch().is(Watch.Kind.SETTLED)),
        one(member.watch().is(Watch.Kind.FAILED)),
        one(!view.compatible()),
        one(view.reported() != Reported.OTHER),
        one(member.holds()),
        member.watch().due());
  }

  Tally plus(Tally other) {
    if (agents == 0) {
      return other;
    }
    if (other.agents == 0) {
      return this;
    }
    return new Tally(
        agents + other.agents,
        connected + other.connected,
        turns + other.turns,
        unsettled + other.unsettled,
        settled + other.settled,
        failed + other.failed,
        incompatible + other.incompatible,
        reporting + other.reporting,
        holding + other.holding,
        due.isBefore(other.due) ? due : other.due);
  }

  private static int one(boolean holds) {
    return holds ? 1 : 0;
  }
}
