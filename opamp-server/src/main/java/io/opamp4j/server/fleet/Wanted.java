package io.opamp4j.server.fleet;

import com.google.protobuf.ByteString;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.ConfigurationCheck.Finding;
import io.opamp4j.server.ConfigurationCheck.Needs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The target of one configuration, and what becomes of it for agents that lack something. Agents
 * with the same components share the same target. Thread-safe.
 */
final class Wanted {
  private final Target target;
  private final Needs needs;
  private final Target awaiting;

  /** As many as there are different catalogues. */
  private final Map<ByteString, Target> byCatalogue = new ConcurrentHashMap<>();

  Wanted(Target target, Needs needs) {
    this.target = target;
    this.needs = needs;
    this.awaiting = target.withheld("the agent is asked what components it has");
  }

  Target of(AgentToServer report, Components components) {
    if (needs == Finding.NOTHING.needs()) {
      return target;
    }
    ByteString hash = catalogue(report);
    return !hash.isEmpty() && components.find(hash).isEmpty() && components.isAwaited(hash)
        ? awaiting
        : judged(hash, components);
  }

  /** What the agent lacks, as far as is known. */
  List<String> missing(AgentToServer report, Components components) {
    return needs == Finding.NOTHING.needs()
        ? List.of()
        : judged(catalogue(report), components).missingComponents();
  }

  private static ByteString catalogue(AgentToServer report) {
    return Capabilities.has(
            report.getCapabilities(),
            AgentCapabilities.AgentCapabilities_ReportsAvailableComponents)
        ? report.getAvailableComponents().getHash()
        : ByteString.EMPTY;
  }

  private Target judged(ByteString hash, Components components) {
    Optional<AvailableComponents> known = hash.isEmpty() ? Optional.empty() : components.find(hash);
    // What cannot be known is not kept: it may be told later.
    return known.isPresent() || hash.isEmpty()
        ? byCatalogue.computeIfAbsent(hash, h -> judged(known))
        : judged(known);
  }

  private Target judged(Optional<AvailableComponents> components) {
    return target.missing(needs.missing(components));
  }
}
