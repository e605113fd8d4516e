package io.opamp4j.storage.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.opamp4j.storage.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * A document as bytes, written as protobuf would (fields 1 to 4, unknown ones skipped).
 *
 * @param document what was written
 * @param writer a random number of the call that wrote it, by which that call knows its own work
 */
record DocumentValues(Document document, long writer) {
  private static final int VERSION = 1;
  private static final int MODIFIED = 2;
  private static final int BODY = 3;
  private static final int WRITER = 4;

  byte[] encode() {
    ByteString.Output bytes = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeUInt64(VERSION, document.version());
      out.writeSInt64(MODIFIED, document.modified().toEpochMilli());
      out.writeBytes(BODY, document.body());
      out.writeFixed64(WRITER, writer);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return Sealed.seal(bytes.toByteString());
  }

  /**
   * @throws IOException if these are not the bytes of a document
   */
  static DocumentValues decode(String kind, String id, byte[] value) throws IOException {
    CodedInputStream in = Sealed.open(value).newCodedInput();
    long version = 0;
    long modified = 0;
    long writer = 0;
    ByteString body = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case VERSION -> version = in.readUInt64();
        case MODIFIED -> modified = in.readSInt64();
        case BODY -> body = in.readBytes();
        case WRITER -> writer = in.readFixed64();
        default -> in.skipField(tag);
      }
    }
    if (version < 1) {
      throw new IOException("its version is " + version);
    }
    return new DocumentValues(
        new Document(kind, id, version, body, Instant.ofEpochMilli(modified)), writer);
  }
}
