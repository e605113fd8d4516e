package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.ServerToAgent;
import java.util.List;
import java.util.Optional;

/**
 * What the operator wants for one agent. The offers stand in a {@link ServerToAgent} as if the
 * agent had nothing and could do everything; the machine leaves out what it already has or cannot
 * take.
 *
 * @param offers remote_config, packages_available and connection_settings; other fields are not
 *     used
 * @param configName the chosen configuration and version for people, such as {@code "web v3"};
 *     empty if no configuration matches
 * @param missingComponents component types the config uses and the agent lacks; if any, the config
 *     is withheld
 * @param planned the configuration and version a running rollout has planned but not sent
 * @param withheld why the config must wait although nothing is missing, in plain words; empty if it
 *     need not
 * @param retry whether the config is to be offered once more to an agent that has reported FAILED
 *     for it
 */
public record Target(
    ServerToAgent offers,
    String configName,
    List<String> missingComponents,
    Optional<String> planned,
    Optional<String> withheld,
    boolean retry) {

  /** Nothing is wanted. */
  public static final Target NONE =
      new Target(ServerToAgent.getDefaultInstance(), "", List.of(), Optional.empty());

  public Target {
    requireNonNull(offers, "offers");
    requireNonNull(configName, "configName");
    missingComponents = List.copyOf(missingComponents);
    requireNonNull(planned, "planned");
    requireNonNull(withheld, "withheld");
  }

  /** A target of which nothing is withheld but for what the agent lacks. */
  public Target(
      ServerToAgent offers,
      String configName,
      List<String> missingComponents,
      Optional<String> planned) {
    this(offers, configName, missingComponents, planned, Optional.empty(), false);
  }

  /** The same for an agent that lacks these. */
  public Target missing(List<String> components) {
    return new Target(offers, configName, components, planned, withheld, retry);
  }

  /** The same, but the config has to wait. */
  public Target withheld(String reason) {
    return new Target(offers, configName, missingComponents, planned, Optional.of(reason), retry);
  }

  /** The same with other offers. */
  public Target with(ServerToAgent others) {
    return new Target(others, configName, missingComponents, planned, withheld, retry);
  }

  /** The same while a rollout has planned another version. */
  public Target planned(String version) {
    return new Target(offers, configName, missingComponents, Optional.of(version), withheld, retry);
  }

  /** The same, but offered once more to an agent on which it failed. */
  public Target retrying() {
    return new Target(offers, configName, missingComponents, planned, withheld, true);
  }
}
