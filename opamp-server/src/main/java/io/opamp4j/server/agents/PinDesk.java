package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.Pin;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Where operators pin agents to configurations. Pins are durable when a method returns; this node's
 * agents get what they are pinned to at once, those of other nodes within moments. Methods block,
 * are thread-safe and throw {@link io.opamp4j.storage.StorageException} when the store fails.
 * Whether there is such an agent, and such a configuration, is for the caller to know.
 */
public final class PinDesk {
  private final NoteEditor editor;

  @Inject
  PinDesk(NoteEditor editor) {
    this.editor = editor;
  }

  /** What is said of this agent. */
  public KeptNote find(InstanceUid agent) {
    return editor.find(agent);
  }

  /**
   * Pins an agent, or takes its pin away.
   *
   * @param pin empty: its labels decide
   * @param expectedVersion the version being changed; 0 if nothing was ever said of the agent
   * @throws VersionConflictException if the version is another one; nothing was written
   */
  public KeptNote put(InstanceUid agent, Optional<Pin> pin, long expectedVersion) {
    return editor.put(agent, note -> note.withPin(pin), expectedVersion);
  }

  /**
   * The same, whatever was said before.
   *
   * @return whether that changed anything
   */
  public boolean set(InstanceUid agent, Optional<Pin> pin) {
    return editor.edit(agent, note -> note.withPin(pin));
  }

  /** Whether {@link #set} would change anything, as far as this node knows. Does not block. */
  public boolean wouldChange(AgentView agent, Optional<Pin> pin) {
    return !editor.known(agent).pin().equals(pin);
  }
}
