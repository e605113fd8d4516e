package io.opamp4j.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A SHA-256 that names content (CFG-10, PKG-03).
 *
 * @param bytes the 32 bytes
 */
public record ContentHash(ByteString bytes) {
  private static final int LENGTH = 32;

  public ContentHash {
    if (bytes.size() != LENGTH) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + bytes.size());
    }
  }

  /** The hash of these bytes. */
  public static ContentHash of(ByteString content) {
    MessageDigest digest = sha256();
    content.asReadOnlyByteBufferList().forEach(digest::update);
    return new ContentHash(ByteString.copyFrom(digest.digest()));
  }

  /**
   * The hash of a set of configuration files. It depends on names, content types and bodies, not on
   * the order of the map; every part is preceded by its length, so that no two different sets can
   * run together into the same bytes.
   */
  public static ContentHash of(AgentConfigMap files) {
    MessageDigest digest = sha256();
    CodedOutputStream out =
        CodedOutputStream.newInstance(
            new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    try {
      for (Map.Entry<String, AgentConfigFile> file :
          new TreeMap<>(files.getConfigMapMap()).entrySet()) {
        out.writeStringNoTag(file.getKey());
        out.writeStringNoTag(file.getValue().getContentType());
        out.writeBytesNoTag(file.getValue().getBody());
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a digest does no I/O", e);
    }
    return new ContentHash(ByteString.copyFrom(digest.digest()));
  }

  /**
   * Reads 64 hexadecimal digits.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static ContentHash parse(String hex) {
    return new ContentHash(ByteString.copyFrom(HexFormat.of().parseHex(hex)));
  }

  /** A digest of the kind used here, for content that is streamed. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** 64 hexadecimal digits, lower case. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
