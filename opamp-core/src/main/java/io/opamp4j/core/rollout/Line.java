package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The agents of one stage in the order of their turn, as an immutable value. A treap: a search tree
 * over places whose shape is given by a second number made from the place, so that it needs no
 * balancing. Every node knows the {@link Tally} of what is below it; finding, changing, counting a
 * range and picking the n-th take a number of steps that grows with the logarithm of the agents.
 */
final class Line {
  static final Line EMPTY = new Line(null);

  private final @Nullable Node root;

  private Line(@Nullable Node root) {
    this.root = root;
  }

  private record Node(Member member, @Nullable Node left, @Nullable Node right, Tally tally) {
    static Node of(Member member, @Nullable Node left, @Nullable Node right) {
      return new Node(member, left, right, sum(left).plus(Tally.of(member)).plus(sum(right)));
    }

    Node withLeft(@Nullable Node other) {
      return of(member, other, right);
    }

    Node withRight(@Nullable Node other) {
      return of(member, left, other);
    }
  }

  /** Two parts of a tree. */
  private record Halves(@Nullable Node below, @Nullable Node above) {}

  Tally tally() {
    return sum(root);
  }

  Optional<Member> find(long place, InstanceUid uid) {
    Node node = root;
    while (node != null) {
      int order = Member.compare(place, uid, node.member);
      if (order == 0) {
        return Optional.of(node.member);
      }
      node = order < 0 ? node.left : node.right;
    }
    return Optional.empty();
  }

  /** With this agent, in place of what was known of it. */
  Line with(Member member) {
    return new Line(insert(root, member));
  }

  Line without(long place, InstanceUid uid) {
    return new Line(remove(root, place, uid));
  }

  /** Of the agents at places above {@code from} up to {@code to}. */
  Tally tally(long from, long to) {
    return Long.compareUnsigned(from, to) < 0 ? within(root, from, to) : Tally.NONE;
  }

  /**
   * Visits agents at places above {@code from}, in order, until the visitor returns false.
   *
   * @param of counts those that are of interest; parts of the line without any are passed over
   */
  void visit(long from, ToIntFunction<Tally> of, Predicate<Member> visitor) {
    visit(root, from, of, visitor);
  }

  /**
   * The place of the n-th agent that counts.
   *
   * @param n from 1 up to the count
   */
  long placeOf(int n, ToIntFunction<Tally> of) {
    Node node = root;
    int rest = n;
    while (node != null) {
      int left = of.applyAsInt(sum(node.left));
      if (rest <= left) {
        node = node.left;
        continue;
      }
      rest -= left + of.applyAsInt(Tally.of(node.member));
      if (rest <= 0) {
        return node.member.place();
      }
      node = node.right;
    }
    throw new IllegalArgumentException("there are not " + n);
  }

  private static boolean visit(
      @Nullable Node node, long from, ToIntFunction<Tally> of, Predicate<Member> visitor) {
    if (node == null || of.applyAsInt(node.tally) == 0) {
      return true;
    }
    if (Long.compareUnsigned(node.member.place(), from) > 0) {
      boolean goesOn =
          visit(node.left, from, of, visitor)
              && (of.applyAsInt(Tally.of(node.member)) == 0 || visitor.test(node.member));
      if (!goesOn) {
        return false;
      }
    }
    return visit(node.right, from, of, visitor);
  }

  private static Tally within(@Nullable Node node, long from, long to) {
    if (node == null) {
      return Tally.NONE;
    }
    long place = node.member.place();
    if (Long.compareUnsigned(place, from) <= 0) {
      return within(node.right, from, to);
    }
    if (Long.compareUnsigned(place, to) > 0) {
      return within(node.left, from, to);
    }
    return above(node.left, from).plus(Tally.of(node.member)).plus(upTo(node.right, to));
  }

  private static Tally above(@Nullable Node node, long from) {
    if (node == null) {
      return Tally.NONE;
    }
    return Long.compareUnsigned(node.member.place(), from) <= 0
        ? above(node.right, from)
        : above(node.left, from).plus(Tally.of(node.member)).plus(sum(node.right));
  }

  private static Tally upTo(@Nullable Node node, long to) {
    if (node == null) {
      return Tally.NONE;
    }
    return Long.compareUnsigned(node.member.place(), to) > 0
        ? upTo(node.left, to)
        : sum(node.left).plus(Tally.of(node.member)).plus(upTo(node.right, to));
  }

  private static Node insert(@Nullable Node node, Member member) {
    if (node == null) {
      return Node.of(member, null, null);
    }
    int order = Member.compare(member.place(), member.uid(), node.member);
    if (order == 0) {
      return Node.of(member, node.left, node.right);
    }
    if (weight(member) > weight(node.member)) {
      Halves halves = split(node, member);
      return Node.of(member, halves.below, halves.above);
    }
    return order < 0
        ? node.withLeft(insert(node.left, member))
        : node.withRight(insert(node.right, member));
  }

  private static Halves split(@Nullable Node node, Member at) {
    if (node == null) {
      return new Halves(null, null);
    }
    if (Member.compare(at.place(), at.uid(), node.member) < 0) {
      Halves halves = split(node.left, at);
      return new Halves(halves.below, node.withLeft(halves.above));
    }
    Halves halves = split(node.right, at);
    return new Halves(node.withRight(halves.below), halves.above);
  }

  private static @Nullable Node remove(@Nullable Node node, long place, InstanceUid uid) {
    if (node == null) {
      return null;
    }
    int order = Member.compare(place, uid, node.member);
    if (order == 0) {
      return merge(node.left, node.right);
    }
    return order < 0
        ? node.withLeft(remove(node.left, place, uid))
        : node.withRight(remove(node.right, place, uid));
  }

  private static @Nullable Node merge(@Nullable Node below, @Nullable Node above) {
    if (below == null) {
      return above;
    }
    if (above == null) {
      return below;
    }
    return weight(below.member) >= weight(above.member)
        ? below.withRight(merge(below.right, above))
        : above.withLeft(merge(below, above.left));
  }

  private static Tally sum(@Nullable Node node) {
    return node == null ? Tally.NONE : node.tally;
  }

  /** Scatters the places, which are scattered themselves, once more. */
  private static long weight(Member member) {
    long mixed = member.place() * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 32);
  }
}
