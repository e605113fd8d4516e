package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.LabelRules;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators label agents. Labels are durable when a method returns; this node's agents get
 * them at once, those of other nodes within moments. Methods block, are thread-safe and throw
 * {@link io.opamp4j.storage.StorageException} when the store fails. Whether there is such an agent,
 * and whether the labels keep to {@link LabelRules}, is for the caller to know.
 */
public final class LabelDesk {
  /** Writers at the same moment make each other try again; there are never many. */
  private static final int ATTEMPTS = 20;

  private static final Logger log = LoggerFactory.getLogger(LabelDesk.class);

  private final LabelStore store;
  private final LabelBook book;
  private final AgentDirectory directory;

  @Inject
  LabelDesk(LabelStore store, LabelBook book, AgentDirectory directory) {
    this.store = store;
    this.book = book;
    this.directory = directory;
  }

  /** What is said of this agent. */
  public AgentLabels find(InstanceUid agent) {
    return store.find(agent).orElseGet(() -> recorded(agent));
  }

  /**
   * Replaces all labels of an agent.
   *
   * @param expectedVersion the version being replaced; 0 if they were never edited
   * @throws VersionConflictException if the version is another one; nothing was written
   */
  public AgentLabels put(InstanceUid agent, Map<String, String> labels, long expectedVersion) {
    AgentLabels written = store.put(agent, labels, expectedVersion);
    log.info("agent {} has labels version {}", agent, written.version());
    book.written(agent, written);
    return written;
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
    for (int attempt = 1; ; attempt++) {
      AgentLabels before = find(agent);
      Map<String, String> after = before.with(set, remove);
      if (after.equals(before.labels())) {
        return false;
      }
      TooManyLabelsException.throwIfTooMany(agent, after);
      try {
        put(agent, after, before.version());
        return true;
      } catch (VersionConflictException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Whether {@link #edit} would change anything, as far as this node knows. Does not block.
   *
   * @throws TooManyLabelsException as {@link #edit}
   */
  public boolean wouldChange(AgentView agent, Map<String, String> set, Set<String> remove) {
    AgentLabels before = new AgentLabels(book.labels(agent.uid(), agent.labels()), 0);
    Map<String, String> after = before.with(set, remove);
    TooManyLabelsException.throwIfTooMany(agent.uid(), after);
    return !after.equals(before.labels());
  }

  private AgentLabels recorded(InstanceUid agent) {
    return new AgentLabels(directory.find(agent).map(AgentView::labels).orElse(Map.of()), 0);
  }
}
