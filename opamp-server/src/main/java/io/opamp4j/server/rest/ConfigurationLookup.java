package io.opamp4j.server.rest;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
import java.util.List;

/** Finds what paths and parameters name, or says that it is not there. */
record ConfigurationLookup(FleetEditor editor) {

  /** The configuration in its latest version. */
  Configuration latest(String name) {
    return editor
        .find(name)
        .orElseThrow(
            () -> new ProblemException(Problem.notFound("there is no configuration " + name)));
  }

  /** One of its versions. */
  Configuration kept(Configuration latest, long version) {
    return editor
        .find(latest, version)
        .orElseThrow(() -> new ProblemException(absent(latest.name(), Long.toString(version))));
  }

  static Problem absent(String name, String version) {
    return Problem.notFound("version " + version + " of configuration " + name + " is not kept");
  }

  /** Reads the number of a version; what is wrong with it is added to the errors. */
  static long number(String parameter, String text, List<FieldError> errors) {
    if (text.matches("[1-9][0-9]{0,17}")) {
      return Long.parseLong(text);
    }
    errors.add(new FieldError(parameter, "must be a number from 1"));
    return 1;
  }
}
