package io.opamp4j.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The report as the application has made it so far. The capabilities follow from what is in it, so
 * that they can never contradict it. Any thread may change it; each change is published whole, in
 * order.
 */
final class AgentReport {
  private static final Pattern CUSTOM =
      Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+(/[^\\s/]+)?");

  private final Object lock = new Object();
  private final AgentToServer.Builder report;
  private final long always;
  private Consumer<AgentToServer> publisher = changed -> {};

  /**
   * A report to start with.
   *
   * @param always the capabilities that do not depend on the content
   */
  AgentReport(AgentToServer report, long always) {
    this.report = report.toBuilder();
    this.always = always;
  }

  /** From now on each change is given to this, under the report's lock: it must return at once. */
  void publishTo(Consumer<AgentToServer> next) {
    synchronized (lock) {
      publisher = next;
    }
  }

  void change(Consumer<AgentToServer.Builder> change) {
    synchronized (lock) {
      change.accept(report);
      publisher.accept(current());
    }
  }

  AgentToServer current() {
    synchronized (lock) {
      return report.setCapabilities(always | implied()).build();
    }
  }

  /** Whether the agent has announced this custom capability. */
  boolean hasCustomCapability(String name) {
    synchronized (lock) {
      return report.getCustomCapabilities().getCapabilitiesList().contains(name);
    }
  }

  /** Whether the report says that this configuration is in use. */
  boolean hasApplied(ByteString configHash) {
    synchronized (lock) {
      RemoteConfigStatus status = report.getRemoteConfigStatus();
      return !configHash.isEmpty()
          && status.getLastRemoteConfigHash().equals(configHash)
          && status.getStatus() == RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
    }
  }

  /** Checked: reverse-FQDN names with an optional version (CUSTOM-05). */
  static CustomCapabilities custom(List<String> names) {
    for (String name : names) {
      if (!CUSTOM.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a custom capability is named like com.example.backup/v2, not '" + name + "'");
      }
    }
    return CustomCapabilities.newBuilder().addAllCapabilities(names).build();
  }

  /**
   * The catalogue with its hash, which is made from the content if the application gave none
   * (COMP-02).
   */
  static AvailableComponents hashed(AvailableComponents components) {
    if (!components.getHash().isEmpty()) {
      return components;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      // The same components must give the same hash on every agent (COMP-07), so maps are sorted.
      out.useDeterministicSerialization();
      components.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does no I/O", e);
    }
    ByteString hash = ContentHash.of(ByteString.copyFrom(bytes.toByteArray())).bytes();
    return components.toBuilder().setHash(hash).build();
  }

  private long implied() {
    long implied = 0;
    if (report.hasHealth()) {
      implied |= AgentCapabilities.AgentCapabilities_ReportsHealth_VALUE;
    }
    if (report.hasEffectiveConfig()) {
      implied |= AgentCapabilities.AgentCapabilities_ReportsEffectiveConfig_VALUE;
    }
    if (report.hasAvailableComponents()) {
      implied |= AgentCapabilities.AgentCapabilities_ReportsAvailableComponents_VALUE;
    }
    return implied;
  }
}
