package io.opamp4j.client.packages;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.nio.file.Path;

/**
 * A package whose file is here. Its SHA-256 is that of the offer.
 *
 * @param name as the server calls it, which may be any text, also with slashes; empty for a
 *     top-level package without a name (PKG-31)
 * @param version as the server calls it
 * @param signature as offered; empty if there was none, or if the package is from before a restart
 * @param file its content, not to be changed; the name of the file is made from the content
 */
public record PackageFile(String name, String version, ByteString signature, Path file) {
  public PackageFile {
    requireNonNull(name, "name");
    requireNonNull(version, "version");
    requireNonNull(signature, "signature");
    requireNonNull(file, "file");
  }
}
