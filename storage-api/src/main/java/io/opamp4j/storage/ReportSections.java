package io.opamp4j.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentToServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the large sections off a report that many agents have in common, so that a backend can keep
 * each once under its SHA-256, and puts them on again. Thread-safe.
 *
 * <p>Those are the effective configuration, the components, and the states of the remote
 * configuration and of packages: agents that run the same report the same, and seldom anything new.
 * An agent's description and health are its own, and health changes all the time.
 */
public final class ReportSections {
  /** Smaller sections stay in the report, in bytes: apart they would cost as much. */
  public static final int AT_LEAST = 1_024;

  private static final List<FieldDescriptor> SHARED =
      Stream.of(
              AgentToServer.EFFECTIVE_CONFIG_FIELD_NUMBER,
              AgentToServer.REMOTE_CONFIG_STATUS_FIELD_NUMBER,
              AgentToServer.PACKAGE_STATUSES_FIELD_NUMBER,
              AgentToServer.AVAILABLE_COMPONENTS_FIELD_NUMBER)
          .map(AgentToServer.getDescriptor()::findFieldByNumber)
          .toList();

  private ReportSections() {}

  /**
   * A report in parts.
   *
   * @param rest the report without its large sections
   * @param references which sections are missing from it
   * @param contents the bytes of those sections; equal sections give equal bytes
   */
  public record Parts(
      AgentToServer rest, SectionReferences references, Map<ContentHash, ByteString> contents) {
    public Parts {
      contents = Map.copyOf(contents);
    }
  }

  /** Takes the large sections off. */
  public static Parts split(AgentToServer report) {
    TreeMap<Integer, ContentHash> references = new TreeMap<>();
    Map<ContentHash, ByteString> contents = new HashMap<>();
    AgentToServer.@Nullable Builder rest = null;
    for (FieldDescriptor field : SHARED) {
      if (report.hasField(field)) {
        Message section = (Message) report.getField(field);
        if (section.getSerializedSize() >= AT_LEAST) {
          ByteString content = bytes(section);
          ContentHash hash = ContentHash.of(content);
          references.put(field.getNumber(), hash);
          contents.put(hash, content);
          rest = (rest == null ? report.toBuilder() : rest).clearField(field);
        }
      }
    }
    return new Parts(
        rest == null ? report : rest.build(), new SectionReferences(references), contents);
  }

  /**
   * The report with each large section replaced by an equal one, for a memory that keeps it once.
   *
   * @return {@code report} itself if every section is replaced by itself
   */
  public static AgentToServer replace(AgentToServer report, UnaryOperator<Message> replacement) {
    AgentToServer.@Nullable Builder replaced = null;
    for (FieldDescriptor field : SHARED) {
      if (report.hasField(field)) {
        Message section = (Message) report.getField(field);
        if (section.getSerializedSize() >= AT_LEAST) {
          Message other = replacement.apply(section);
          if (other != section) {
            replaced = (replaced == null ? report.toBuilder() : replaced).setField(field, other);
          }
        }
      }
    }
    return replaced == null ? report : replaced.build();
  }

  /** Maps in the order of their keys: the order in which an agent sent them says nothing. */
  private static ByteString bytes(Message section) {
    ByteString.Output bytes = ByteString.newOutput(section.getSerializedSize());
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization();
      section.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteString();
  }

  /**
   * Puts sections on the reports of one answer of the backend. Reports that have a section in
   * common get one object for it. Not thread-safe.
   */
  public static final class Joiner {
    private final Map<ContentHash, ByteString> contents;
    private final Map<Map.Entry<Integer, ContentHash>, Message> sections = new HashMap<>();

    /**
     * @param contents the bytes of the sections, unchecked
     */
    public Joiner(Map<ContentHash, ByteString> contents) {
      this.contents = Map.copyOf(contents);
    }

    /**
     * The whole report.
     *
     * @throws DamagedSectionException if a section is missing or is not what its hash says
     * @throws IOException if the report is damaged otherwise
     */
    public AgentToServer join(AgentToServer rest, SectionReferences references) throws IOException {
      if (references.byField().isEmpty()) {
        return rest;
      }
      AgentToServer.Builder whole = rest.toBuilder();
      for (Map.Entry<Integer, ContentHash> reference : references.byField().entrySet()) {
        @Nullable FieldDescriptor field =
            AgentToServer.getDescriptor().findFieldByNumber(reference.getKey());
        if (field == null || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
          throw new IOException("a report has no section " + reference.getKey());
        }
        @Nullable Message section = sections.get(reference);
        if (section == null) {
          section = section(whole, field, reference.getValue());
          sections.put(Map.entry(reference.getKey(), reference.getValue()), section);
        }
        whole.setField(field, section);
      }
      return whole.build();
    }

    private Message section(AgentToServer.Builder whole, FieldDescriptor field, ContentHash hash)
        throws IOException {
      @Nullable ByteString content = contents.get(hash);
      if (content == null) {
        throw new DamagedSectionException(field.getName() + " is missing", hash);
      }
      if (!ContentHash.of(content).equals(hash)) {
        throw new DamagedSectionException(field.getName() + " is not what was kept", hash);
      }
      CodedInputStream in = content.newCodedInput();
      in.setRecursionLimit(RecordBytes.MAX_NESTING);
      return whole.newBuilderForField(field).mergeFrom(in).build();
    }
  }

  /** A section that is gone or spoiled; whoever writes it again mends all that refer to it. */
  public static final class DamagedSectionException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient ContentHash hash;

    DamagedSectionException(String message, ContentHash hash) {
      super("its section " + message);
      this.hash = hash;
    }

    /** The name of the section. */
    public ContentHash hash() {
      return hash;
    }
  }
}
