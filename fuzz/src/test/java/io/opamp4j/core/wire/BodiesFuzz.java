package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opamp4j.proto.AgentToServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Bodies as they come, gzipped by a stranger and gzipped by us. */
class BodiesFuzz {
  private static final int LIMIT = 64 * 1024;

  /** The first byte chooses, so that the fuzzer need not guess a checksum to get past gzip. */
  @FuzzTest
  void agentToServer(byte[] bytes) throws IOException {
    boolean ready = bytes.length > 0 && (bytes[0] & 1) == 0;
    byte[] body = ready ? gzip(bytes) : bytes;
    AgentToServer message;
    try {
      message = Bodies.agentToServer(new ByteArrayInputStream(body), true, LIMIT);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    assertThat(unpacked.length).isLessThanOrEqualTo(LIMIT);
    assertThat(AgentToServer.parseFrom(unpacked)).isEqualTo(message);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes, 1, bytes.length - 1);
    }
    return packed.toByteArray();
  }
}
