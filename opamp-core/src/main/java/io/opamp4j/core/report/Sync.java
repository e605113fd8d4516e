package io.opamp4j.core.report;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentToServer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whether the server's copy of a report can be trusted, and if not, which sections are still
 * awaited.
 *
 * <p>"Full state wanted" lasts until every promised section has arrived: the answer that asks for
 * it may be lost, and the next sequence number then looks fine (SEQ-02 to SEQ-04, E-20). The asking
 * is bounded: after {@link #QUICK_ASKS} it slows down to one per {@link #SLOW_ASK}, and ends once
 * the agent has sent {@link #FULL_REPORTS} full reports that still lack something, because then it
 * has nothing there.
 *
 * @param contacted whether this agent was heard since the server started
 * @param sequence the last sequence number, unsigned; meaningless until contacted
 * @param awaited the sections without which the copy cannot be trusted; empty when in step
 * @param asks how often they were asked for
 * @param lastAsk when they were asked for last; {@link Instant#MIN} if never
 * @param fullReports how many full reports came since the first ask
 */
public record Sync(
    boolean contacted,
    long sequence,
    Set<Section> awaited,
    int asks,
    Instant lastAsk,
    int fullReports) {
  /** How many answers may ask in a row. */
  public static final int QUICK_ASKS = 3;

  /** The pause between further asks. */
  public static final Duration SLOW_ASK = Duration.ofSeconds(30);

  /** How many incomplete full reports are taken as "there is no more". */
  public static final int FULL_REPORTS = 2;

  /** An agent not heard since the server started. */
  public static final Sync NEW = new Sync(false, 0, Set.of(), 0, Instant.MIN, 0);

  public Sync {
    awaited = Set.copyOf(awaited);
    requireNonNull(lastAsk, "lastAsk");
  }

  /**
   * A message came in.
   *
   * @param message as received
   * @param merged the report with the message merged in
   */
  public Sync received(AgentToServer message, AgentToServer merged) {
    long said = message.getSequenceNum();
    boolean inStep = contacted && (said == sequence || said == sequence + 1);
    if (inStep && awaited.isEmpty()) {
      return said == sequence ? this : new Sync(true, said, Set.of(), 0, Instant.MIN, 0);
    }
    EnumSet<Section> wanted = EnumSet.noneOf(Section.class);
    wanted.addAll(inStep ? awaited : Section.promisedBy(merged.getCapabilities()));
    wanted.removeAll(Section.presentIn(message));
    boolean full = Section.AGENT_DESCRIPTION.isIn(message);
    if (full) {
      wanted.removeIf(section -> !section.isThereFromTheStart() && !section.isIn(merged));
    }
    int answers = full && asks > 0 ? fullReports + 1 : fullReports;
    if (wanted.isEmpty() || answers >= FULL_REPORTS) {
      return new Sync(true, said, Set.of(), 0, Instant.MIN, 0);
    }
    return new Sync(true, said, wanted, asks, lastAsk, answers);
  }

  /** Whether the sequence number of this message repeats the previous one: a resend (E-20). */
  public boolean repeats(AgentToServer message) {
    return contacted && message.getSequenceNum() == sequence;
  }

  /** Whether the answer given now should ask for the full state. */
  public boolean asksNow(Instant now) {
    return !awaited.isEmpty() && (asks < QUICK_ASKS || !now.isBefore(lastAsk.plus(SLOW_ASK)));
  }

  /** The answer given now asks for the full state. */
  public Sync asked(Instant now) {
    return new Sync(contacted, sequence, awaited, asks + 1, now, fullReports);
  }

  /** Whether the copy can be trusted. */
  public boolean inStep() {
    return contacted && awaited.isEmpty();
  }
}
