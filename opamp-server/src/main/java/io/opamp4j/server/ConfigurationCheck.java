package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AvailableComponents;
import java.util.List;
import java.util.Optional;

/**
 * Looks at configurations before agents get them. For users to implement: found with {@link
 * java.util.ServiceLoader} on the class path and in {@code plugins/}, or given to {@link
 * OpampServer.Builder#configurationCheck}. The server brings checks of its own: files that call
 * themselves YAML are YAML, and what an OpenTelemetry Collector's pipelines use is there.
 *
 * <p>A check must be thread-safe, do no I/O and be quick: it is asked while an operator waits. What
 * it throws refuses a configuration that is written, with the exception's message, and is logged
 * and ignored otherwise.
 */
@FunctionalInterface
public interface ConfigurationCheck {

  /**
   * Looks at the files of one version.
   *
   * @param files by name; not changed
   */
  Finding check(AgentConfigMap files);

  /**
   * What was found in a configuration.
   *
   * @param problems because of which no agent may have it: it is refused when it is written
   * @param needs what agents must have; who lacks some of it keeps what it runs with and is shown
   *     as Incompatible
   */
  record Finding(List<Problem> problems, Needs needs) {
    /** There is nothing to say. */
    public static final Finding NOTHING = new Finding(List.of(), components -> List.of());

    public Finding {
      problems = List.copyOf(problems);
      requireNonNull(needs, "needs");
    }

    /** The configuration is wrong for every agent. */
    public static Finding wrong(List<Problem> problems) {
      return new Finding(problems, NOTHING.needs());
    }
  }

  /** Compares a configuration with an agent. Thread-safe. */
  @FunctionalInterface
  interface Needs {
    /**
     * What the agent lacks, in words such as {@code exporter kafka}; empty if it can run the
     * configuration, or if nobody can tell.
     *
     * @param components what the agent consists of; empty if it does not say
     */
    List<String> missing(Optional<AvailableComponents> components);
  }

  /**
   * Something wrong with a file.
   *
   * @param file its name
   * @param line from 1; 0 if it is not about a place
   * @param column in that line, from 1; 0 if it is not about a place
   * @param message what is wrong, in plain words
   */
  record Problem(String file, int line, int column, String message) {
    public Problem {
      requireNonNull(file, "file");
      requireNonNull(message, "message");
    }
  }
}
