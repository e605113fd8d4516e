package io.opamp4j.server.rest;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many connections a node is to shed, as an operator writes it. */
@Schema(description = "Either share or connections")
record ShedInput(
    @Schema(description = "Of its connections", minimum = "0", maximum = "1", example = "0.25")
        @Nullable Double share,
    @Schema(description = "How many", minimum = "1") @Nullable Integer connections) {

  /**
   * How many of these that is.
   *
   * @throws ProblemException if it cannot be told
   */
  int of(int present) {
    List<FieldError> errors = new ArrayList<>();
    if ((share == null) == (connections == null)) {
      errors.add(new FieldError("share", "exactly one of share and connections must be given"));
    } else if (share != null && !(share > 0 && share <= 1)) {
      errors.add(new FieldError("share", "must be more than 0 and at most 1"));
    } else if (connections != null && connections < 1) {
      errors.add(new FieldError("connections", "must be at least 1"));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest("nothing can be shed", errors));
    }
    return share != null
        ? (int) Math.round(present * share)
        : Math.min(present, connections == null ? 0 : connections);
  }
}
