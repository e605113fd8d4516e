package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.assertj.core.api.Assertions;

/** A peer that writes frames byte for byte, also such as no WebSocket library would. */
final class RawWebSocket implements Closeable {
  static final int TEXT = 1;
  static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

  private final Socket socket;
  private final DataInputStream in;

  /** Connects to a port of this machine and does the handshake of RFC 6455, section 1.3. */
  RawWebSocket(int port) throws IOException {
    this(port, "/v1/opamp");
  }

  /** The same at another path. */
  RawWebSocket(int port, String path) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) Waiting.SECONDS * 1_000);
    in = new DataInputStream(socket.getInputStream());
    send(
        ("GET "
                + path
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** One whole message in one frame, masked as a client has to. */
  static byte[] masked(int opcode, byte[] payload) {
    byte[] masked = payload.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] ^= MASK[i & 3];
    }
    return frame(opcode, 0x80, MASK, masked);
  }

  /** The same without a mask, which only servers may send. */
  static byte[] unmasked(int opcode, byte[] payload) {
    return frame(opcode, 0, new byte[0], payload);
  }

  /** The next message, which must be OpAMP; pings may come before it at any time. */
  ServerToAgent answer() throws IOException {
    Frame frame = frame();
    while (frame.opcode == PING) {
      frame = frame();
    }
    assertThat(frame.opcode).as("opcode of %s", frame).isEqualTo(BINARY);
    assertThat(frame.payload[0]).as("header").isZero();
    return ServerToAgent.parseFrom(Arrays.copyOfRange(frame.payload, 1, frame.payload.length));
  }

  /** The code of the next frame, which must be a Close, and after which the stream must end. */
  int closeCode() throws IOException {
    Frame frame = frame();
    assertThat(frame.opcode).as("opcode of %s", frame).isEqualTo(CLOSE);
    assertThat(in.read()).as("after the Close frame").isNegative();
    return ByteBuffer.wrap(frame.payload).getShort() & 0xFFFF;
  }

  /** Reads until the peer's Close frame, past pings and heartbeats; its code. */
  int awaitClose() throws IOException {
    Frame frame = frame();
    while (frame.opcode != CLOSE) {
      frame = frame();
    }
    return ByteBuffer.wrap(frame.payload).getShort() & 0xFFFF;
  }

  /** Ends the closing handshake that the peer began; the stream must end, too. */
  void answerClose() throws IOException {
    send(masked(CLOSE, new byte[0]));
    assertThat(in.read()).as("after the closing handshake").isNegative();
  }

  /** Asks for a pong, which must be the next frame: nothing else was on its way. */
  void expectNothingMore() throws IOException {
    send(masked(PING, MASK));
    Frame frame = frame();
    assertThat(frame.opcode).as("opcode of %s", frame).isEqualTo(PONG);
    assertThat(frame.payload).isEqualTo(MASK);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private Frame frame() throws IOException {
    int opcode = in.readUnsignedByte() & 0x0F;
    int length = in.readUnsignedByte();
    if (length == 127) {
      Assertions.fail("a frame of 64 KiB or more");
    }
    return new Frame(opcode, in.readNBytes(length == 126 ? in.readUnsignedShort() : length));
  }

  private static byte[] frame(int opcode, int maskBit, byte[] mask, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x80 | opcode);
    if (payload.length < 126) {
      out.write(maskBit | payload.length);
    } else if (payload.length < 0x1_0000) {
      out.write(maskBit | 126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(maskBit | 127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    out.writeBytes(mask);
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private record Frame(int opcode, byte[] payload) {
    @Override
    public String toString() {
      return opcode + ": " + new String(payload, StandardCharsets.UTF_8);
    }
  }
}
