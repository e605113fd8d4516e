package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.opamp4j.server.fleet.LabelRules;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The labels an agent is to have. The version may be sent back as it was read; it is ignored. */
@JsonIgnoreProperties("version")
@Schema(description = "The labels an agent is to have from now on; version is ignored")
record LabelsInput(
    @Schema(requiredMode = REQUIRED, description = "All of them; those left out are removed")
        @Nullable Map<String, @Nullable String> labels) {

  /**
   * @throws ProblemException if anything is wrong, naming all of it
   */
  Map<String, String> checked() {
    List<FieldError> errors = new ArrayList<>();
    if (labels == null) {
      errors.add(new FieldError("labels", "is required; {} takes all labels away"));
    }
    Map<String, String> checked = checked("labels", labels, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest("the labels are not valid", errors));
    }
    return checked;
  }

  /** The labels if nothing is wrong with them, else nothing and an error for each. */
  static Map<String, String> checked(
      String field, @Nullable Map<String, @Nullable String> labels, List<FieldError> errors) {
    if (labels == null) {
      return Map.of();
    }
    List<FieldError> found =
        LabelRules.problems(field, labels).stream().map(FieldError::of).toList();
    errors.addAll(found);
    return found.isEmpty() ? Map.copyOf(labels) : Map.of();
  }
}
