package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Against a sorted map that counts by looking at everybody. */
class LineTest {

  @Test
  void findsCountsAndPicksLikeASortedMap() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Line line = Line.EMPTY;
      TreeMap<Long, Member> map = new TreeMap<>(Long::compareUnsigned);
      for (int i = 0; i < 200; i++) {
        Line before = line;
        Tally tally = before.tally();
        // Few places, so that they are hit again, on both sides of the sign.
        Member member = member(random);
        if (random.nextInt(3) == 0) {
          line = line.without(member.place(), member.uid());
          map.remove(member.place());
        } else {
          line = line.with(member);
          map.put(member.place(), member);
        }
        assertThat(before.tally()).as("seed %d: never changes", seed).isEqualTo(tally);
        compare(seed, random, line, map);
      }
    }
  }

  private static void compare(long seed, Random random, Line line, TreeMap<Long, Member> map) {
    long from = place(random);
    long to = place(random);
    List<Member> all = new ArrayList<>();
    line.visit(Front.NOBODY, Tally::agents, all::add);
    assertThat(all).as("seed %d", seed).containsExactlyElementsOf(map.values());
    List<Member> range =
        map.values().stream()
            .filter(m -> Long.compareUnsigned(m.place(), from) > 0)
            .filter(m -> Long.compareUnsigned(m.place(), to) <= 0)
            .toList();
    Tally sum = range.stream().map(Tally::of).reduce(Tally.NONE, Tally::plus);
    assertThat(line.tally(from, to)).as("seed %d", seed).isEqualTo(sum);
    List<Member> firstTwo = new ArrayList<>();
    line.visit(
        from,
        Tally::connected,
        member -> {
          firstTwo.add(member);
          return firstTwo.size() < 2;
        });
    List<Member> connected =
        map.tailMap(from, false).values().stream()
            .filter(m -> m.view().connected())
            .limit(2)
            .toList();
    assertThat(firstTwo).as("seed %d", seed).isEqualTo(connected);
    int there = line.tally().connected();
    if (there > 0) {
      int n = 1 + random.nextInt(there);
      long place =
          map.values().stream().filter(m -> m.view().connected()).toList().get(n - 1).place();
      assertThat(line.placeOf(n, Tally::connected)).as("seed %d", seed).isEqualTo(place);
    }
  }

  private static Member member(Random random) {
    long place = place(random);
    return new Member(
        place,
        new AgentView(
            new InstanceUid(0, place),
            0,
            random.nextBoolean(),
            random.nextBoolean(),
            Reported.values()[random.nextInt(3)],
            true,
            ""),
        random.nextBoolean()
            ? Watch.IDLE
            : Watch.awaited(RolloutPlan.all(), Drill.T0.plusSeconds(random.nextInt(100))));
  }

  private static long place(Random random) {
    return new Random(random.nextInt(40) + 1).nextLong();
  }
}
