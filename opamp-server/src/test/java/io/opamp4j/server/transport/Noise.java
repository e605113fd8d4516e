package io.opamp4j.server.transport;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.RemoteConfigStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** What broken and hostile peers send, made from one seed. */
final class Noise {
  private static final int UIDS = 16;

  private final Random random;

  Noise(long seed) {
    random = new Random(seed);
  }

  /**
   * Something to send.
   *
   * @param http whether it is for HTTP; else it is for an open WebSocket
   * @param last whether nothing that makes sense can follow on the same connection
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Shot(boolean http, byte[] bytes, boolean last) {}

  Shot next() {
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> new Shot(false, message(payload()), false);
      case 5, 6 -> new Shot(false, compressedMessage(), false);
      case 7 -> new Shot(false, text(), false);
      case 8 -> new Shot(false, damagedFrames(), true);
      case 9 -> new Shot(false, hugeFrame(), true);
      case 10 -> new Shot(false, close(), true);
      case 11, 12 -> new Shot(true, post(payload(), ""), false);
      case 13, 14 -> new Shot(true, post(gzipped(), "Content-Encoding: gzip\r\n"), false);
      default -> new Shot(true, damagedRequest(), true);
    };
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** With or without the header of WebSocket messages, since it cannot matter much. */
  private byte[] payload() {
    byte[] bytes = report().toByteArray();
    bytes =
        switch (random.nextInt(10)) {
          case 0 -> bytes;
          case 1, 2, 3 -> damaged(bytes);
          case 4 -> spliced(bytes, report().toByteArray());
          case 5 -> bytes(random.nextInt(300));
          case 6 -> absurdVarints();
          case 7 -> nested(1 + random.nextInt(400));
          case 8 -> WsBytes.concat(bytes, bytes, damaged(bytes));
          default -> hugeLengths(bytes);
        };
    return chance(10) ? bytes : WsBytes.concat(new byte[1], bytes);
  }

  private AgentToServer report() {
    byte[] uid = new byte[16];
    uid[0] = (byte) random.nextInt(UIDS);
    AgentToServer.Builder report =
        AgentToServer.newBuilder()
            .setInstanceUid(ByteString.copyFrom(uid))
            .setSequenceNum(random.nextInt(5))
            .setCapabilities(random.nextLong())
            .setFlags(random.nextInt(4));
    if (random.nextBoolean()) {
      AnyValue value =
          AnyValue.newBuilder().setStringValue("x".repeat(random.nextInt(200))).build();
      report.setAgentDescription(
          AgentDescription.newBuilder()
              .addIdentifyingAttributes(
                  KeyValue.newBuilder().setKey("service.name").setValue(value)));
    }
    if (random.nextBoolean()) {
      report.setHealth(
          ComponentHealth.newBuilder()
              .setHealthy(random.nextBoolean())
              .putComponentHealthMap("pipeline", ComponentHealth.getDefaultInstance()));
    }
    if (random.nextBoolean()) {
      AgentConfigFile file =
          AgentConfigFile.newBuilder()
              .setBody(ByteString.copyFrom(new byte[random.nextInt(10_000)]))
              .build();
      report.setEffectiveConfig(
          EffectiveConfig.newBuilder()
              .setConfigMap(AgentConfigMap.newBuilder().putConfigMap("", file)));
    }
    if (random.nextBoolean()) {
      report.setRemoteConfigStatus(
          RemoteConfigStatus.newBuilder()
              .setLastRemoteConfigHash(ByteString.copyFrom(bytes(random.nextInt(40)))));
      report.setPackageStatuses(
          PackageStatuses.newBuilder().setErrorMessage("e".repeat(random.nextInt(100))));
      report.setCustomMessage(CustomMessage.newBuilder().setCapability("c").setType("t"));
    }
    return report.build();
  }

  private byte[] damaged(byte[] original) {
    byte[] bytes = original.clone();
    for (int rounds = 1 + random.nextInt(4); rounds > 0 && bytes.length > 0; rounds--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        default -> bytes = WsBytes.concat(bytes, bytes(random.nextInt(16)));
      }
    }
    return bytes;
  }

  private byte[] spliced(byte[] one, byte[] other) {
    int cut = random.nextInt(one.length + 1);
    int from = random.nextInt(other.length + 1);
    return WsBytes.concat(Arrays.copyOf(one, cut), Arrays.copyOfRange(other, from, other.length));
  }

  private byte[] absurdVarints() {
    byte[] bytes = new byte[1 + random.nextInt(40)];
    Arrays.fill(bytes, random.nextBoolean() ? (byte) 0x80 : (byte) 0xFF);
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
    return bytes;
  }

  /** Kvlist values in kvlist values, from the inside out. */
  private byte[] nested(int levels) {
    byte[] bytes = new byte[0];
    int[] tags = {0x32, 0x0A, 0x12};
    for (int level = 0; level < levels; level++) {
      bytes = field(tags[level % 3], bytes);
    }
    return field(0x1A, field(0x0A, bytes));
  }

  private byte[] hugeLengths(byte[] bytes) {
    ByteBuffer length = ByteBuffer.allocate(10);
    long value = random.nextBoolean() ? random.nextInt() : random.nextLong();
    for (; (value & ~0x7FL) != 0; value >>>= 7) {
      length.put((byte) (value | 0x80));
    }
    length.put((byte) value).flip();
    byte[] tag = {(byte) (random.nextInt(16) << 3 | 2)};
    return WsBytes.concat(
        bytes, tag, Arrays.copyOf(length.array(), length.limit()), bytes(random.nextInt(20)));
  }

  /** One message in one frame or in many, with control frames between them. */
  private byte[] message(byte[] payload) {
    return fragmented(WsBytes.BINARY, payload);
  }

  private byte[] compressedMessage() {
    byte[] packed = WsBytes.deflated(payload());
    byte[] sent = random.nextBoolean() ? damaged(packed) : packed;
    return fragmented(WsBytes.COMPRESSED | WsBytes.BINARY, sent);
  }

  private byte[] text() {
    byte[] text = random.nextBoolean() ? bytes(50) : "größe".getBytes(StandardCharsets.UTF_8);
    return fragmented(WsBytes.TEXT, text);
  }

  private byte[] fragmented(int opcode, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int from = 0;
    int code = opcode;
    while (random.nextInt(3) == 0) {
      int to = from + random.nextInt(payload.length - from + 1);
      out.writeBytes(WsBytes.frame(false, code, Arrays.copyOfRange(payload, from, to)));
      if (random.nextBoolean()) {
        int control = random.nextBoolean() ? WsBytes.PING : WsBytes.PONG;
        out.writeBytes(WsBytes.frame(true, control, bytes(random.nextInt(126))));
      }
      from = to;
      code = WsBytes.CONTINUATION;
    }
    out.writeBytes(WsBytes.frame(true, code, Arrays.copyOfRange(payload, from, payload.length)));
    return out.toByteArray();
  }

  private byte[] damagedFrames() {
    return random.nextInt(4) == 0
        ? bytes(random.nextInt(500))
        : damaged(WsBytes.concat(message(payload()), compressedMessage(), message(payload())));
  }

  private byte[] hugeFrame() {
    int first = random.nextBoolean() ? 0x82 : 0xC2;
    return WsBytes.concat(
        ByteBuffer.allocate(14)
            .put((byte) first)
            .put((byte) 0xFF)
            .putLong(random.nextLong() >>> random.nextInt(64))
            .array(),
        bytes(random.nextInt(5_000)));
  }

  private byte[] close() {
    byte[] payload = random.nextInt(4) == 0 ? bytes(random.nextInt(126)) : new byte[2];
    if (payload.length == 2) {
      ByteBuffer.wrap(payload).putShort((short) random.nextInt(5_100));
    }
    return WsBytes.concat(message(payload()), WsBytes.frame(true, WsBytes.CLOSE, payload));
  }

  private byte[] gzipped() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] body = packed.toByteArray();
    return switch (random.nextInt(4)) {
      case 0 -> body;
      case 1 -> WsBytes.concat(body, body);
      default -> damaged(body);
    };
  }

  private static byte[] post(byte[] body, String headers) {
    String head =
        "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
            + headers
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    return WsBytes.concat(head.getBytes(StandardCharsets.ISO_8859_1), body);
  }

  private byte[] damagedRequest() {
    byte[] chunked =
        ("POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\n\n\u0001a \u0001\r\n0\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] handshake =
        RawPeer.handshake(
                "/v1/opamp",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"12\"\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] plain = post(payload(), chance(2) ? "" : "Expect: 100-continue\r\n");
    return switch (random.nextInt(5)) {
      case 0 -> damaged(chunked);
      case 1 -> damaged(handshake);
      case 2 -> WsBytes.concat(handshake, damagedFrames());
      case 3 -> Arrays.copyOf(plain, random.nextInt(plain.length));
      default -> damaged(plain);
    };
  }

  private byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] field(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    for (; length > 0x7F; length >>>= 7) {
      out.write(length & 0x7F | 0x80);
    }
    out.write(length);
    out.writeBytes(content);
    return out.toByteArray();
  }
}
