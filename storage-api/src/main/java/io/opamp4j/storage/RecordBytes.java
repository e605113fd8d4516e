package io.opamp4j.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.KeyValueList;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** The parts of an {@link AgentRecord} as bytes, for backends that keep bytes. Pure. */
public final class RecordBytes {
  /** What the wire let in must come back: the limit only guards the stack against damage. */
  static final int MAX_NESTING = 1_000;

  private RecordBytes() {}

  /** Labels in the order of their keys, so that equal labels give equal bytes. */
  public static ByteString ofLabels(Map<String, String> labels) {
    KeyValueList.Builder list = KeyValueList.newBuilder();
    new TreeMap<>(labels)
        .forEach(
            (key, value) ->
                list.addValues(
                    KeyValue.newBuilder()
                        .setKey(key)
                        .setValue(AnyValue.newBuilder().setStringValue(value))));
    return list.build().toByteString();
  }

  /**
   * The labels in these bytes.
   *
   * @throws IOException if the bytes are damaged
   */
  public static Map<String, String> toLabels(ByteString bytes) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    for (KeyValue label : KeyValueList.parseFrom(bytes).getValuesList()) {
      labels.put(label.getKey(), label.getValue().getStringValue());
    }
    return labels;
  }

  /**
   * The report in these bytes, which are those of {@link AgentToServer#toByteString()}.
   *
   * @throws IOException if the bytes are damaged
   */
  public static AgentToServer toReport(ByteString bytes) throws IOException {
    CodedInputStream in = bytes.newCodedInput();
    in.setRecursionLimit(MAX_NESTING);
    return AgentToServer.parseFrom(in);
  }
}
