package io.opamp4j.core.wire;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.Ulid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which agents on one connection write their id as the text of a ULID (E-09). Inside the server
 * such an id has 16 bytes as any other; whoever wrote it as text is addressed by the same text
 * (UID-07). An id that the server assigns has 16 bytes in any case (UID-09). Not thread-safe.
 */
public final class TextUids {
  /** A gateway carries some hundreds of agents; whoever makes up more is forgotten again. */
  static final int MOST = 10_000;

  private final Map<ByteString, ByteString> texts = new LinkedHashMap<>(2);

  /** The message with an id of 16 bytes, if the one it has is the text of a ULID. */
  public AgentToServer received(AgentToServer message) {
    ByteString uid = message.getInstanceUid();
    Optional<InstanceUid> meant = Ulid.parse(uid);
    if (meant.isEmpty()) {
      // Its agent may have learnt to write bytes.
      texts.remove(uid);
      return message;
    }
    ByteString bytes = meant.get().toBytes();
    // The last one to speak is the last to be forgotten.
    texts.remove(bytes);
    texts.put(bytes, uid);
    if (texts.size() > MOST) {
      texts.remove(texts.keySet().iterator().next());
    }
    return message.toBuilder().setInstanceUid(bytes).build();
  }

  /** The message as its addressee wants it. */
  public ServerToAgent toSend(ServerToAgent message) {
    ByteString text = texts.get(message.getInstanceUid());
    return text == null ? message : message.toBuilder().setInstanceUid(text).build();
  }
}
