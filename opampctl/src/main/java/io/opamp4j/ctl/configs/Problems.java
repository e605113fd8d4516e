package io.opamp4j.ctl.configs;

import io.opamp4j.ctl.CtlException;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong with files, so that all of it is told at once. Not for several threads. */
final class Problems {
  private final List<String> all = new ArrayList<>();

  /** Adds a problem of a place such as {@code web.yaml:3:5}. */
  void add(String place, String what) {
    all.add(place + ": " + what);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  int size() {
    return all.size();
  }

  /** Ends the command if there are any. */
  void throwIfAny() {
    if (!all.isEmpty()) {
      throw CtlException.usage(String.join("\n", all) + "\nnothing was changed");
    }
  }
}
