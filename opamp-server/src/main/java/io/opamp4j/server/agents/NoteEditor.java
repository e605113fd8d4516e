package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes what operators say of an agent, of which {@link LabelDesk} and {@link PinDesk} see one
 * part each. What is written is durable when a method returns; this node's agents get it at once,
 * those of other nodes within moments. Methods block, are thread-safe and throw {@link
 * io.opamp4j.storage.StorageException} when the store fails.
 */
final class NoteEditor {
  /** Writers at the same moment make each other try again; there are never many. */
  private static final int ATTEMPTS = 20;

  private static final Logger log = LoggerFactory.getLogger(NoteEditor.class);

  private final NoteStore store;
  private final NoteBook book;
  private final AgentDirectory directory;

  @Inject
  NoteEditor(NoteStore store, NoteBook book, AgentDirectory directory) {
    this.store = store;
    this.book = book;
    this.directory = directory;
  }

  /** What is said of this agent. */
  KeptNote find(InstanceUid agent) {
    return store.find(agent).orElseGet(() -> recorded(agent));
  }

  /** The same, as far as this node knows. Does not block. */
  AgentNote known(AgentView agent) {
    return book.note(agent.uid(), agent.labels());
  }

  /**
   * Writes what the change makes of it.
   *
   * @param expectedVersion the version that is changed; 0 if nothing was ever said
   * @throws VersionConflictException if the version is another one; nothing was written
   */
  KeptNote put(InstanceUid agent, UnaryOperator<AgentNote> change, long expectedVersion) {
    KeptNote before = find(agent);
    if (before.version() != expectedVersion) {
      throw new VersionConflictException(
          NoteStore.KIND, agent.toString(), expectedVersion, before.version());
    }
    return write(agent, change.apply(before.note()), expectedVersion);
  }

  /**
   * Writes what the change makes of it, whatever it is.
   *
   * @return whether that changed anything
   */
  boolean edit(InstanceUid agent, UnaryOperator<AgentNote> change) {
    for (int attempt = 1; ; attempt++) {
      KeptNote before = find(agent);
      AgentNote after = change.apply(before.note());
      if (after.equals(before.note())) {
        return false;
      }
      try {
        write(agent, after, before.version());
        return true;
      } catch (VersionConflictException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private KeptNote write(InstanceUid agent, AgentNote note, long expectedVersion) {
    KeptNote written = store.put(agent, note, expectedVersion);
    log.info("agent {} has labels and pin version {}", agent, written.version());
    book.written(agent, written);
    return written;
  }

  private KeptNote recorded(InstanceUid agent) {
    return new KeptNote(
        AgentNote.ofLabels(directory.find(agent).map(AgentView::labels).orElse(Map.of())), 0);
  }
}
