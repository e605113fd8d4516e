package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.LabelRules;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where operators label agents. Labels are durable when a method returns; this node's agents get
 * them at once, those of other nodes within moments. Methods block, are thread-safe and throw
 * {@link io.opamp4j.storage.StorageException} when the store fails. Whether there is such an agent,
 * and whether the labels keep to {@link LabelRules}, is for the caller to know.
 */
public final class LabelDesk {
  private final NoteEditor editor;

  @Inject
  LabelDesk(NoteEditor editor) {
    this.editor = editor;
  }

  /** What is said of this agent. */
  public KeptNote find(InstanceUid agent) {
    return editor.find(agent);
  }

  /**
   * Replaces all labels of an agent.
   *
   * @param expectedVersion the version being changed; 0 if nothing was ever said of the agent
   * @throws VersionConflictException if the version is another one; nothing was written
   */
  public KeptNote put(InstanceUid agent, Map<String, String> labels, long expectedVersion) {
    return editor.put(agent, note -> note.withLabels(labels), expectedVersion);
  }

  /**
   * Changes some labels of an agent and leaves the others.
   *
   * @param set added, or in place of those with the same keys
   * @param remove keys that go, unless they are set
   * @return whether that changed anything
   * @throws TooManyLabelsException if the agent would have more than {@link LabelRules#MOST};
   *     nothing was written
   */
  public boolean edit(InstanceUid agent, Map<String, String> set, Set<String> remove) {
    return editor.edit(agent, note -> edited(agent, note, set, remove));
  }

  /**
   * Whether {@link #edit} would change anything, as far as this node knows. Does not block.
   *
   * @throws TooManyLabelsException as {@link #edit}
   */
  public boolean wouldChange(AgentView agent, Map<String, String> set, Set<String> remove) {
    AgentNote before = editor.known(agent);
    return !edited(agent.uid(), before, set, remove).equals(before);
  }

  private static AgentNote edited(
      InstanceUid agent, AgentNote note, Map<String, String> set, Set<String> remove) {
    Map<String, String> labels = new TreeMap<>(note.labels());
    labels.keySet().removeAll(remove);
    labels.putAll(set);
    TooManyLabelsException.throwIfTooMany(agent, labels);
    return note.withLabels(labels);
  }
}
