package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.nio.ByteBuffer;

/** A WebSocket message is read and means the same when written again, or it is malformed. */
class FramesFuzz {
  private static final int LIMIT = 64 * 1024;

  @FuzzTest
  void agentToServer(byte[] bytes) throws MessageTooLargeException {
    AgentToServer message;
    try {
      message = Frames.agentToServer(ByteBuffer.wrap(bytes), LIMIT);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] again = Frames.encode(message, 2 * LIMIT);
    assertThat(again[0]).isZero();
    assertThat(read(again)).isEqualTo(message);
    addressesTheAgentAsItWishes(message.getInstanceUid());
  }

  private static void addressesTheAgentAsItWishes(ByteString uid) {
    TextUids uids = new TextUids();
    ByteString inside =
        uids.received(AgentToServer.newBuilder().setInstanceUid(uid).build()).getInstanceUid();
    ServerToAgent answer = ServerToAgent.newBuilder().setInstanceUid(inside).build();
    assertThat(uids.toSend(answer).getInstanceUid()).isEqualTo(uid);
  }

  private static AgentToServer read(byte[] bytes) {
    try {
      return Frames.agentToServer(ByteBuffer.wrap(bytes), 2 * LIMIT);
    } catch (MalformedMessageException e) {
      throw new AssertionError("what was written cannot be read", e);
    }
  }
}
