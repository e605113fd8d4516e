package io.opamp4j.server.rest;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters that pick agents, the same wherever agents are picked. Filled by Jersey, one
 * for each request.
 */
public final class AgentQuery {
  @QueryParam("state")
  @Parameter(
      description = "Only agents in this state; may be given several times",
      array =
          @ArraySchema(
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {
                        "Disconnected",
                        "Configuring",
                        "Upgrading",
                        "Error",
                        "Incompatible",
                        "Pending",
                        "Connected"
                      })))
  public @Nullable List<String> states;

  @QueryParam("selector")
  @Parameter(
      description = "Only agents whose labels this label selector matches",
      example = "env=prod,region in (eu,us),!canary")
  public @Nullable String selector;

  @QueryParam("q")
  @Parameter(
      description =
          "Only agents with this in their uid, a label's value, their address or the name and"
              + " version of their configuration, upper or lower case",
      schema = @Schema(type = "string", maxLength = 255))
  public @Nullable String text;

  @QueryParam("configuration")
  @Parameter(description = "Only agents that should have this configuration")
  public @Nullable String configuration;

  @QueryParam("version")
  @Parameter(
      description = "Only agents that should have this version of the configuration",
      schema = @Schema(type = "integer", format = "int64", minimum = "1"))
  public @Nullable String version;

  @QueryParam("health")
  @Parameter(
      description = "Only agents that say this of their health; unknown: nothing",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"healthy", "unhealthy", "unknown"}))
  public @Nullable String health;

  @QueryParam("node")
  @Parameter(description = "Only agents that are connected to the node of this id, or were last")
  public @Nullable String node;

  /** For Jersey. */
  public AgentQuery() {}

  AgentFilter.Parameters parameters() {
    return new AgentFilter.Parameters(
        states == null ? List.of() : states, selector, text, configuration, version, health, node);
  }
}
