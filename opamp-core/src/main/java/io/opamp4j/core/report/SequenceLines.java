package io.opamp4j.core.report;

/**
 * Tells one agent from two that use the same uid where sockets cannot: over plain HTTP, or behind
 * one gateway (DUP-04). Each agent counts its own messages (SEQ-01), so two of them show as two
 * lines of sequence numbers that take turns: n, m, n+1, m+1. A single agent leaves a line once,
 * when it starts anew, and does not come back to it.
 *
 * <p>What a network does to one agent's messages is no evidence: numbers within {@link #NEAR} of a
 * line may be late, doubled or lost neighbours, and lines closer than {@link #APART} are not told
 * apart at all. Only {@link #RETURNS} returns to the older line are proof. So two agents that were
 * started together are found as soon as their counts have drifted apart, not before.
 *
 * @param begun whether any message came yet
 * @param older the last number of the line that began first
 * @param split whether there are two lines
 * @param newer the last number of the line that began later; meaningless unless split
 * @param onNewer whether the last message belonged to the newer line
 * @param returns how often the older line was taken up again
 * @param run how many messages came in a row on one line
 */
public record SequenceLines(
    boolean begun, long older, boolean split, long newer, boolean onNewer, int returns, int run) {
  /** How far from the last number of a line a message may be to belong to it without doubt. */
  public static final int NEAR = 16;

  /** Lines closer than this are one line with losses. */
  public static final int APART = 64;

  /** How often the older line must be taken up again before there are two agents. */
  public static final int RETURNS = 4;

  /** A line that was not heard for so many messages is forgotten. */
  public static final int STALE = 64;

  /** No message yet. */
  public static final SequenceLines NONE = line(false, 0);

  /** A message with this number came in. */
  public SequenceLines next(long said) {
    if (!begun) {
      return line(true, said);
    }
    if (!split) {
      return within(said, older, APART) ? advanced(said) : opened(said);
    }
    SequenceLines next;
    if (within(said, older, NEAR)) {
      next = said - older > 0 ? onOlder(said) : this;
    } else if (within(said, newer, NEAR)) {
      next = said - newer > 0 ? onNewer(said) : this;
    } else if (!onNewer && within(said, older, APART)) {
      next = onOlder(said);
    } else {
      // A leap of the newer line, or a third one: there it is all the same who comes later.
      next = onNewer(said);
    }
    boolean met = within(next.newer, next.older, APART);
    return met || next.run > STALE ? line(true, next.onNewer ? next.newer : next.older) : next;
  }

  /**
   * Whether a message with this number comes from a second agent: the one that began later, since
   * the other was here first.
   */
  public boolean isIntruder(long said) {
    return split && returns >= RETURNS && within(said, newer, NEAR);
  }

  private SequenceLines advanced(long said) {
    boolean late = within(said, older, NEAR) && said - older <= 0;
    return late ? this : line(true, said);
  }

  private SequenceLines opened(long said) {
    return new SequenceLines(true, older, true, said, true, 0, 1);
  }

  private SequenceLines onOlder(long said) {
    return onNewer
        ? new SequenceLines(true, said, true, newer, false, returns + 1, 1)
        : new SequenceLines(true, said, true, newer, false, returns, run + 1);
  }

  private SequenceLines onNewer(long said) {
    return new SequenceLines(true, older, true, said, true, returns, onNewer ? run + 1 : 1);
  }

  private static SequenceLines line(boolean begun, long last) {
    return new SequenceLines(begun, last, false, 0, false, 0, 0);
  }

  /** Distances are taken modulo 2^64, as the numbers wrap. */
  private static boolean within(long a, long b, int distance) {
    long apart = a - b;
    return -distance <= apart && apart <= distance;
  }
}
