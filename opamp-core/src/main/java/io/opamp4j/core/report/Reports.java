package io.opamp4j.core.report;

import com.google.protobuf.Message;
import io.opamp4j.proto.AgentToServer;

/**
 * Arithmetic on reports. A report holds facts only: the uid, the capabilities and the eight {@link
 * Section sections}; sequence numbers and one-shot fields (flags, disconnect, custom message,
 * settings request) are never part of it. Pure functions; for reports {@code a} and {@code b} of
 * one agent where {@code b} has every section of {@code a}: {@code merge(a, diff(a, b))} equals
 * {@code b}.
 */
public final class Reports {
  private Reports() {}

  /** The facts in a message: what remains of it once it has been acted on. */
  public static AgentToServer facts(AgentToServer message) {
    AgentToServer.Builder facts = AgentToServer.newBuilder();
    facts.setInstanceUid(message.getInstanceUid()).setCapabilities(message.getCapabilities());
    for (Section section : Section.ALL) {
      if (section.isIn(message)) {
        section.set(facts, section.get(message));
      }
    }
    return facts.build();
  }

  /**
   * What is known after a message. Sections in the message replace, absent ones stay (COMPRESS-03,
   * COMPRESS-04); capabilities of 0 mean "unchanged", since a real agent has at least one. A
   * component catalogue is no exception: a hash sent alone replaces it, so whoever is to know it
   * later keeps it by its hash, apart from the report (COMP-03, COMP-06).
   *
   * @return {@code known} itself if the message says nothing new, so that identity tells whether
   *     there is anything to store
   */
  public static AgentToServer merge(AgentToServer known, AgentToServer message) {
    AgentToServer.Builder merged = null;
    for (Section section : Section.ALL) {
      if (section.isIn(message)) {
        Message said = section.get(message);
        if (!section.isIn(known) || !said.equals(section.get(known))) {
          merged = merged != null ? merged : known.toBuilder();
          section.set(merged, said);
        }
      }
    }
    if (message.getCapabilities() != 0 && message.getCapabilities() != known.getCapabilities()) {
      merged = merged != null ? merged : known.toBuilder();
      merged.setCapabilities(message.getCapabilities());
    }
    if (!message.getInstanceUid().isEmpty()
        && !message.getInstanceUid().equals(known.getInstanceUid())) {
      merged = merged != null ? merged : known.toBuilder();
      merged.setInstanceUid(message.getInstanceUid());
    }
    return merged != null ? merged.build() : known;
  }

  /**
   * The message that brings a peer who knows {@code told} up to {@code now}: uid and capabilities
   * always (COMPRESS-05), and each section that differs, complete (COMPRESS-02). A section that is
   * gone from {@code now} is sent empty, since leaving it out would mean "unchanged".
   */
  public static AgentToServer diff(AgentToServer told, AgentToServer now) {
    AgentToServer.Builder diff = AgentToServer.newBuilder();
    diff.setInstanceUid(now.getInstanceUid()).setCapabilities(now.getCapabilities());
    for (Section section : Section.ALL) {
      boolean differs =
          section.isIn(told) != section.isIn(now) || !section.get(told).equals(section.get(now));
      if (differs) {
        // An absent section reads as its empty default, which is what is to be sent for it.
        section.set(diff, section.get(now));
      }
    }
    return diff.build();
  }

  /** The same message with the component catalogue reduced to its hash (COMP-03). */
  public static AgentToServer withoutCatalogue(AgentToServer message) {
    if (message.getAvailableComponents().getComponentsCount() == 0) {
      return message;
    }
    return message.toBuilder()
        .setAvailableComponents(message.getAvailableComponents().toBuilder().clearComponents())
        .build();
  }
}
