package io.opamp4j.storage.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.RecordBytes;
import io.opamp4j.storage.ReportSections;
import io.opamp4j.storage.SectionReferences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * An agent's record without its shared sections as bytes, written as protobuf would (fields 1 to 8,
 * unknown ones skipped), so that a later version can add to it.
 */
final class AgentValues {
  private static final int REPORT = 1;
  private static final int LABELS = 2;
  private static final int FIRST_SEEN = 3;
  private static final int LAST_SEEN = 4;
  private static final int OWNER = 5;
  private static final int TERM = 6;
  private static final int PRESENCE = 7;
  private static final int SECTIONS = 8;

  private AgentValues() {}

  static byte[] encode(AgentRecord record, ReportSections.Parts parts) {
    ByteString.Output bytes = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeBytes(REPORT, parts.rest().toByteString());
      out.writeBytes(LABELS, RecordBytes.ofLabels(record.labels()));
      out.writeSInt64(FIRST_SEEN, record.firstSeen().toEpochMilli());
      out.writeSInt64(LAST_SEEN, record.lastSeen().toEpochMilli());
      out.writeString(OWNER, record.ownership().node());
      out.writeUInt64(TERM, record.ownership().term());
      out.writeBytes(PRESENCE, record.ownership().presence());
      out.writeBytes(SECTIONS, parts.references().toBytes());
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return Sealed.seal(bytes.toByteString());
  }

  /**
   * @throws IOException if these are not the bytes of a record
   */
  static AgentRecord decode(InstanceUid uid, byte[] value, ReportSections.Joiner joiner)
      throws IOException {
    CodedInputStream in = Sealed.open(value).newCodedInput();
    ByteString report = ByteString.EMPTY;
    ByteString labels = ByteString.EMPTY;
    long firstSeen = 0;
    long lastSeen = 0;
    String owner = "";
    long term = 0;
    ByteString presence = ByteString.EMPTY;
    ByteString sections = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case REPORT -> report = in.readBytes();
        case LABELS -> labels = in.readBytes();
        case FIRST_SEEN -> firstSeen = in.readSInt64();
        case LAST_SEEN -> lastSeen = in.readSInt64();
        case OWNER -> owner = in.readStringRequireUtf8();
        case TERM -> term = Math.max(0, in.readUInt64());
        case PRESENCE -> presence = in.readBytes();
        case SECTIONS -> sections = in.readBytes();
        default -> in.skipField(tag);
      }
    }
    return new AgentRecord(
        uid,
        joiner.join(RecordBytes.toReport(report), SectionReferences.from(sections)),
        RecordBytes.toLabels(labels),
        Instant.ofEpochMilli(firstSeen),
        Instant.ofEpochMilli(lastSeen),
        new Ownership(term, owner, presence));
  }
}
