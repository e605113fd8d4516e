package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.opamp4j.server.fleet.ConfigurationDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as an operator writes it. What only the server sets is taken and ignored, so that
 * a configuration can be read, edited and sent back; which version is replaced, If-Match says.
 */
@JsonIgnoreProperties({"version", "hash", "created", "modified", "draft", "runningVersion"})
@Schema(
    description =
        "A configuration to write. version, hash, created, modified, draft and runningVersion may"
            + " be sent back as they were read; they are ignored.")
record ConfigurationInput(
    @Schema(
            description =
                "1 to 63 lower-case letters, digits, '.', '_' and '-', with a letter or digit at"
                    + " both ends. May be left out where the path names it.",
            pattern = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$")
        @Nullable String name,
    @Schema(
            requiredMode = REQUIRED,
            description = "Which agents it is for, as a label selector; empty for all",
            example = "env=prod,region in (eu,us),!canary")
        @Nullable String selector,
    @Schema(
            description = "Of several configurations that match an agent the highest counts",
            defaultValue = "0")
        @Nullable Integer priority,
    @Schema(description = "For people", maxLength = 4096) @Nullable String description,
    @Schema(
            requiredMode = REQUIRED,
            description = "Files by name; with none, agents go back to their local configuration")
        @Nullable Map<String, @Nullable ConfigFile> files) {

  ConfigurationDraft draft() {
    return new ConfigurationDraft(name, selector, priority, description, draftFiles());
  }

  private @Nullable Map<String, ConfigurationDraft.@Nullable File> draftFiles() {
    if (files == null) {
      return null;
    }
    Map<String, ConfigurationDraft.@Nullable File> drafts = new HashMap<>();
    files.forEach((fileName, file) -> drafts.put(fileName, file == null ? null : file.draft()));
    return drafts;
  }
}
