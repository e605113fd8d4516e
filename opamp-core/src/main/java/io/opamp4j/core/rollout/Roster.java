package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Spread;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * All agents that a rollout concerns, by stage. Immutable.
 *
 * @param salt of the order
 * @param lines one for each stage
 */
record Roster(long salt, List<Line> lines) {
  private static final Comparator<Member> BY_DUE_TIME =
      Comparator.<Member, Instant>comparing(member -> member.watch().due())
          .thenComparing(Member::place, Long::compareUnsigned)
          .thenComparing(Member::uid);

  Roster {
    lines = List.copyOf(lines);
  }

  static Roster empty(long salt, int stages) {
    return new Roster(salt, Collections.nCopies(stages, Line.EMPTY));
  }

  Line line(int stage) {
    return lines.get(stage);
  }

  Member member(AgentView view, Watch watch) {
    return new Member(Spread.place(view.uid(), salt), view, watch);
  }

  Optional<Member> find(InstanceUid uid) {
    long place = Spread.place(uid, salt);
    return lines.stream().flatMap(line -> line.find(place, uid).stream()).findFirst();
  }

  /** With this agent, which must not be in another stage. */
  Roster with(Member member) {
    int stage = member.view().stage();
    return with(stage, lines.get(stage).with(member));
  }

  Roster without(Member member) {
    int stage = member.view().stage();
    return with(stage, lines.get(stage).without(member.place(), member.uid()));
  }

  Instant firstDue() {
    return tally().due();
  }

  Tally tally() {
    return lines.stream().map(Line::tally).reduce(Tally.NONE, Tally::plus);
  }

  /** Those whose watch has ended, in the order in which it did. */
  List<Member> dueBy(Instant now) {
    List<Member> due = select(tally -> tally.due().isAfter(now) ? 0 : 1);
    due.sort(BY_DUE_TIME);
    return due;
  }

  /** Those that count, stage by stage in the order of their turn. */
  List<Member> select(ToIntFunction<Tally> of) {
    List<Member> members = new ArrayList<>();
    for (Line line : lines) {
      line.visit(0, of, members::add);
    }
    return members;
  }

  private Roster with(int stage, Line line) {
    List<Line> others = new ArrayList<>(lines);
    others.set(stage, line);
    return new Roster(salt, others);
  }
}
