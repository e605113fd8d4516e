package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.FleetSource;
import io.opamp4j.server.fleet.Pin;
import jakarta.inject.Inject;

/**
 * Gives agents what is said of them, each in its mailbox, and has the fleet know of the versions
 * that agents are pinned to. Thread-safe.
 */
final class NoteDelivery {
  private final NoteBook book;
  private final Sessions sessions;
  private final AgentWork work;
  private final FleetSource fleet;

  @Inject
  NoteDelivery(NoteBook book, Sessions sessions, AgentWork work, FleetSource fleet) {
    this.book = book;
    this.sessions = sessions;
    this.work = work;
    this.fleet = fleet;
  }

  /** Follows the book from now on. */
  void start() {
    book.subscribe(this::changed);
  }

  /** Agents have ended; what is written now is read when they are there again. */
  void stop() {
    book.subscribe(agent -> {});
  }

  private void changed(InstanceUid agent) {
    // One that has to be read first reaches the agent with the view that has it.
    book.find(agent)
        .flatMap(kept -> kept.note().pin())
        .flatMap(Pin::fixed)
        .ifPresent(fleet::pinned);
    sessions
        .find(agent)
        .ifPresent(
            session ->
                session
                    .mailbox()
                    .post(
                        () -> book.find(agent).ifPresent(kept -> work.note(session, kept.note()))));
  }
}
