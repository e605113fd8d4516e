package io.opamp4j.server.agents;

import io.opamp4j.core.server.ErrorResponses;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds the work that agents cause: by bytes over all of them, by number and bytes for each. What
 * is too much is not queued but answered with when to come back (THROTTLE-01, THROTTLE-02). The
 * same agent is told the same time until that has come, however often it asks. Thread-safe.
 */
final class Intake {
  /** What a message that waits costs beside its bytes. */
  static final int OVERHEAD = 256;

  /** One agent's share of the memory; a single message of any size it may always have waiting. */
  private static final int SHARES = 4;

  private final MemoryBudget memory;
  private final AdmissionGate gate;
  private final InstantSource clock;
  private final LongAdder offered = new LongAdder();

  @Inject
  Intake(MemoryBudget memory, AdmissionGate gate, InstantSource clock) {
    this.memory = memory;
    this.gate = gate;
    this.clock = clock;
  }

  /**
   * Has the work done that a message causes, or answers that it is too much. The message is paid
   * for until it is answered.
   */
  void offer(AgentSession session, Incoming in, Runnable work) {
    offered.increment();
    long bytes = Math.min((long) in.message().getSerializedSize() + OVERHEAD, memory.limit());
    if (!memory.reserve(bytes)) {
      Duration told = session.returnTime(clock.instant(), () -> gate.overloaded().retryAfter());
      refuse(in, "the server has too much to do", told);
      return;
    }
    in.whenDone(() -> memory.release(bytes));
    if (!session.mailbox().offer(bytes, memory.limit() / SHARES, work)) {
      Duration told = session.returnTime(clock.instant(), gate::returnIn);
      refuse(in, "too many messages of this agent wait", told);
    }
  }

  /** How many messages have come since the start. */
  long offered() {
    return offered.sum();
  }

  private static void refuse(Incoming in, String why, Duration told) {
    in.answer(ErrorResponses.unavailable(in.message().getInstanceUid(), why, told));
  }
}
