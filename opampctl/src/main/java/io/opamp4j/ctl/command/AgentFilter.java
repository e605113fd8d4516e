package io.opamp4j.ctl.command;

import io.opamp4j.ctl.rest.Query;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which agents a listing shows. Filled in by picocli. */
final class AgentFilter {
  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description = "Only agents whose labels it matches, such as env=prod,!canary.")
  @Nullable String selector;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      description = "Only agents in this state; repeatable.")
  @Nullable List<String> states;

  @Option(
      names = {"-q", "--query"},
      paramLabel = "TEXT",
      description =
          "Only agents that have this text in their uid, labels, address or configuration.")
  @Nullable String text;

  @Option(
      names = "--configuration",
      paramLabel = "NAME",
      description = "Only agents that are to run this configuration.")
  @Nullable String configuration;

  @Option(
      names = "--config-version",
      paramLabel = "N",
      description = "Only agents that are to run this version of their configuration.")
  @Nullable Long version;

  @Option(
      names = "--health",
      paramLabel = "HEALTH",
      description = "Only agents that are healthy, unhealthy or unknown.")
  @Nullable String health;

  @Option(
      names = "--node",
      paramLabel = "NODE",
      description = "Only agents that are connected to this node, or were last.")
  @Nullable String node;

  Query query() {
    return new Query()
        .with("selector", selector)
        .withAll("state", states)
        .with("q", text)
        .with("configuration", configuration)
        .with("version", version)
        .with("health", health)
        .with("node", node);
  }
}
