package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import java.util.Map;

/**
 * A configuration the server wants this agent to run. It replaces the earlier one whole; no files
 * at all mean "back to the local configuration" (E-51).
 *
 * @param files by name; an agent with a single file uses the name {@code ""} (CFG-16)
 * @param hash the server's name for this content, opaque (CFG-11)
 */
public record RemoteConfigOffer(Map<String, AgentConfigFile> files, ByteString hash) {
  public RemoteConfigOffer {
    files = Map.copyOf(files);
    requireNonNull(hash, "hash");
  }
}
