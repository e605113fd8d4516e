package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import jakarta.inject.Inject;

/** Gives agents the labels that were written for them: each in its mailbox. Thread-safe. */
final class Relabelling {
  private final LabelBook book;
  private final Sessions sessions;
  private final AgentWork work;

  @Inject
  Relabelling(LabelBook book, Sessions sessions, AgentWork work) {
    this.book = book;
    this.sessions = sessions;
    this.work = work;
  }

  /** Follows the book from now on. */
  void start() {
    book.subscribe(this::changed);
  }

  private void changed(InstanceUid agent) {
    sessions
        .find(agent)
        .ifPresent(
            session ->
                session
                    .mailbox()
                    .post(
                        () ->
                            book.find(agent)
                                .ifPresent(said -> work.relabel(session, said.labels()))));
  }
}
