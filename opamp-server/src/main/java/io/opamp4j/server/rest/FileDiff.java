package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.ConfigurationDifference;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How one file differs. */
@Schema(description = "How one file differs")
record FileDiff(
    @Schema(requiredMode = REQUIRED) String name,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {"added", "removed", "changed"})
        String change,
    @Schema(description = "The MIME type before; left out if not stated")
        @Nullable String fromContentType,
    @Schema(description = "The MIME type after; left out if not stated")
        @Nullable String toContentType,
    @Schema(
            description =
                "In the unified format; left out if the content is the same, is no text, or is too"
                    + " large to compare line by line")
        @Nullable String diff) {

  static FileDiff of(ConfigurationDifference difference) {
    return new FileDiff(
        difference.name(),
        switch (difference.change()) {
          case ADDED -> "added";
          case REMOVED -> "removed";
          case CHANGED -> "changed";
        },
        orNull(difference.fromContentType()),
        orNull(difference.toContentType()),
        orNull(difference.text()));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
