package io.opamp4j.server.rest;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.server.fleet.ConfigurationDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One file, going in and out in the same shape; the content is in exactly one of the two members.
 *
 * @param contentType the MIME type; empty or left out if not stated
 * @param body the content, if it is UTF-8 text
 * @param bodyBase64 the content in Base64, if it is not
 */
@Schema(description = "One file; the content is in exactly one of body and bodyBase64")
record ConfigFile(
    @Schema(description = "MIME type, such as text/yaml") @Nullable String contentType,
    @Schema(description = "The content, if it is text") @Nullable String body,
    @Schema(description = "The content in Base64, if it is not text", format = "byte")
        @Nullable String bodyBase64) {

  static ConfigFile of(AgentConfigFile file) {
    ByteString body = file.getBody();
    return body.isValidUtf8()
        ? new ConfigFile(file.getContentType(), body.toStringUtf8(), null)
        : new ConfigFile(
            file.getContentType(), null, Base64.getEncoder().encodeToString(body.toByteArray()));
  }

  /** No files at all. */
  static AgentConfigMap none() {
    return AgentConfigMap.getDefaultInstance();
  }

  /** All files of a map, by name. */
  static Map<String, ConfigFile> allOf(AgentConfigMap files) {
    Map<String, ConfigFile> all = new TreeMap<>();
    files.getConfigMapMap().forEach((name, file) -> all.put(name, of(file)));
    return all;
  }

  ConfigurationDraft.File draft() {
    return new ConfigurationDraft.File(contentType, body, bodyBase64);
  }
}
