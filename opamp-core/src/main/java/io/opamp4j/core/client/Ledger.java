package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ServerCapabilities;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What there is to tell the server and what it has been told. There is no queue: whatever happened
 * since, the next message is the difference between the two (RETRY-05).
 *
 * <p>What was sent counts as told, but stays in doubt until the server says something. If the
 * connection is lost first, the parts in doubt count as never told, whatever they said, so that
 * they are told again (E-46). An answer that was in fact a push sent earlier (E-61) can make this
 * wrong; the sequence numbers then show the gap to the server, which asks for the full state
 * (SEQ-03).
 *
 * @param current the whole report as of now, with the uid in use
 * @param told the report as the server should have it, its catalogue as the hash alone
 * @param unanswered the parts sent since the server last spoke, as sent
 * @param withheld the parts too large to send, as they were when that was found out
 * @param demands what the server has asked for and not been sent yet
 * @param serverCapabilities as last announced; 0 until then, which hides nothing (E-36)
 * @param nextSequence unsigned; grows by one with each message for as long as the process lives
 *     (SEQ-01)
 */
record Ledger(
    AgentToServer current,
    AgentToServer told,
    AgentToServer unanswered,
    Map<Section, Message> withheld,
    Set<Demand> demands,
    long serverCapabilities,
    long nextSequence) {

  private static final AgentToServer NOTHING = AgentToServer.getDefaultInstance();

  Ledger {
    requireNonNull(current, "current");
    requireNonNull(told, "told");
    requireNonNull(unanswered, "unanswered");
    withheld = Map.copyOf(withheld);
    demands = Set.copyOf(demands);
  }

  static Ledger start(ByteString uid, AgentToServer report, long firstSequence) {
    return new Ledger(normal(uid, report), NOTHING, NOTHING, Map.of(), Set.of(), 0, firstSequence);
  }

  /** What became of the connection settings is for the machine to say, whatever the report says. */
  Ledger settled(ConnectionSettingsStatus status) {
    boolean unchanged =
        status.equals(current.getConnectionSettingsStatus())
            && (current.hasConnectionSettingsStatus()
                || status.equals(ConnectionSettingsStatus.getDefaultInstance()));
    return unchanged
        ? this
        : withCurrent(current.toBuilder().setConnectionSettingsStatus(status).build());
  }

  /**
   * The agent is now like this. A section that is gone is told as empty, since absent means
   * "unchanged".
   */
  Ledger changed(AgentToServer report) {
    AgentToServer next = normal(current.getInstanceUid(), report);
    if (current.hasConnectionSettingsStatus()) {
      next =
          next.toBuilder()
              .setConnectionSettingsStatus(current.getConnectionSettingsStatus())
              .build();
    }
    return withCurrent(Reports.merge(current, Reports.diff(current, next)));
  }

  Ledger renamed(InstanceUid uid) {
    return withCurrent(current.toBuilder().setInstanceUid(uid.toBytes()).build())
        .demanding(EnumSet.of(Demand.NEW_UID));
  }

  Ledger demanding(Set<Demand> more) {
    if (demands.containsAll(more)) {
      return this;
    }
    EnumSet<Demand> all = EnumSet.copyOf(more);
    all.addAll(demands);
    return new Ledger(current, told, unanswered, withheld, all, serverCapabilities, nextSequence);
  }

  /** The server announced its capabilities; 0 means it did not repeat them (CAP-09). */
  Ledger serverAnnounced(long capabilities) {
    return capabilities == 0 || capabilities == serverCapabilities
        ? this
        : new Ledger(current, told, unanswered, withheld, demands, capabilities, nextSequence);
  }

  /** Whether something changed that the server has not been told (STAT-03, STAT-11). */
  boolean hasNews() {
    AgentToServer difference = difference(hidden());
    return difference.getCapabilities() != told.getCapabilities()
        || !Section.presentIn(difference).isEmpty();
  }

  /** The next message, complete with uid, sequence number and capabilities (CAP-02). */
  AgentToServer next() {
    Set<Section> hidden = hidden();
    AgentToServer.Builder next =
        demands.contains(Demand.FULL_STATE)
            ? Reports.withoutCatalogue(without(current, hidden)).toBuilder()
            : difference(hidden).toBuilder();
    if (demands.contains(Demand.CATALOGUE)
        && !hidden.contains(Section.AVAILABLE_COMPONENTS)
        && current.hasAvailableComponents()
        && !isWithheld(Section.AVAILABLE_COMPONENTS)) {
      next.setAvailableComponents(current.getAvailableComponents());
    }
    return next.setSequenceNum(nextSequence).build();
  }

  /** This message, which {@link #next} made, goes out now. */
  Ledger sent(AgentToServer message) {
    AgentToServer facts = Reports.facts(message);
    return new Ledger(
        current,
        Reports.merge(told, Reports.withoutCatalogue(facts)),
        Reports.merge(unanswered, facts),
        withheld,
        Set.of(),
        serverCapabilities,
        nextSequence + 1);
  }

  /**
   * The server answered, or it refused for good what was sent; either way it is not repeated
   * (ERR-05).
   */
  Ledger answered() {
    return unanswered.equals(NOTHING) ? this : withTold(told);
  }

  /** What is in doubt may not have arrived. */
  Ledger unheard() {
    return withTold(without(told, Section.presentIn(unanswered)));
  }

  /** The largest section that could be left out of a message; a catalogue shrinks to its hash. */
  static Optional<Section> largestIn(AgentToServer message) {
    Section largest = null;
    int size = 0;
    for (Section section : Section.presentIn(message)) {
      boolean hashOnly =
          section == Section.AVAILABLE_COMPONENTS
              && message.getAvailableComponents().getComponentsCount() == 0;
      int bytes = section.get(message).getSerializedSize();
      if (!hashOnly && bytes > size) {
        largest = section;
        size = bytes;
      }
    }
    return Optional.ofNullable(largest);
  }

  /** The section is too large as it stands in this message, and is left out until it changes. */
  Ledger withholding(Section section, AgentToServer message) {
    Map<Section, Message> more = new HashMap<>(withheld);
    more.put(section, section.get(message));
    return new Ledger(current, told, unanswered, more, demands, serverCapabilities, nextSequence);
  }

  private AgentToServer difference(Set<Section> hidden) {
    return Reports.diff(without(told, hidden), Reports.withoutCatalogue(without(current, hidden)));
  }

  /**
   * The sections that are not to be told: by our capabilities, by the server's (CAP-12, E-36), by
   * size.
   */
  private Set<Section> hidden() {
    EnumSet<Section> hidden = EnumSet.allOf(Section.class);
    hidden.removeAll(Section.promisedBy(current.getCapabilities()));
    hidden.remove(Section.CUSTOM_CAPABILITIES);
    if (serverCapabilities != 0) {
      if (!serverCan(ServerCapabilities.ServerCapabilities_AcceptsEffectiveConfig)) {
        hidden.add(Section.EFFECTIVE_CONFIG);
      }
      if (!serverCan(ServerCapabilities.ServerCapabilities_AcceptsPackagesStatus)) {
        hidden.add(Section.PACKAGE_STATUSES);
      }
    }
    for (Section section : withheld.keySet()) {
      // A catalogue too large to send is still known by its hash.
      if (section != Section.AVAILABLE_COMPONENTS && isWithheld(section)) {
        hidden.add(section);
      }
    }
    return Collections.unmodifiableSet(hidden);
  }

  boolean serverCan(ServerCapabilities capability) {
    return Capabilities.has(serverCapabilities, capability);
  }

  private boolean isWithheld(Section section) {
    Message tooLarge = withheld.get(section);
    return tooLarge != null && tooLarge.equals(section.get(current));
  }

  private Ledger withCurrent(AgentToServer report) {
    return new Ledger(
        report, told, unanswered, withheld, demands, serverCapabilities, nextSequence);
  }

  private Ledger withTold(AgentToServer certain) {
    return new Ledger(
        current, certain, NOTHING, withheld, demands, serverCapabilities, nextSequence);
  }

  private static AgentToServer normal(ByteString uid, AgentToServer report) {
    long capabilities =
        (report.getCapabilities() | AgentCapabilities.AgentCapabilities_ReportsStatus_VALUE)
            & Capabilities.DEFINED_AGENT;
    return Reports.facts(report).toBuilder()
        .setInstanceUid(uid)
        .setCapabilities(capabilities)
        .build();
  }

  private static AgentToServer without(AgentToServer report, Set<Section> sections) {
    if (Collections.disjoint(Section.presentIn(report), sections)) {
      return report;
    }
    AgentToServer.Builder rest = report.toBuilder();
    sections.forEach(section -> section.clear(rest));
    return rest.build();
  }
}
