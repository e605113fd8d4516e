package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.LabelRules;
import java.util.Map;

/** An agent would have more labels than {@link LabelRules#MOST}. */
public final class TooManyLabelsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private TooManyLabelsException(String message) {
    super(message);
  }

  static void throwIfTooMany(InstanceUid agent, Map<String, String> labels) {
    if (labels.size() > LabelRules.MOST) {
      throw new TooManyLabelsException(
          "agent " + agent + " would have more than " + LabelRules.MOST + " labels");
    }
  }
}
