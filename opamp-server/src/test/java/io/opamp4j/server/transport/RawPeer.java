package io.opamp4j.server.transport;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A peer that writes and reads bytes on a socket and knows no more of HTTP than a test needs. */
public final class RawPeer implements Closeable {
  private static final int PATIENCE_MS = 10_000;
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final Socket socket;
  private final DataInputStream in;

  public RawPeer(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Opens a WebSocket with the key of RFC 6455, section 1.3. */
  public static RawPeer webSocket(int port) throws IOException {
    return webSocket(port, "");
  }

  /** As {@link #webSocket(int)}, with more headers, each with its end of line. */
  public static RawPeer webSocket(int port, String moreHeaders) throws IOException {
    RawPeer peer = new RawPeer(port);
    peer.send(handshake("/v1/opamp", moreHeaders));
    Response response = peer.response();
    if (response.status() != 101) {
      throw new IOException("refused: " + response);
    }
    return peer;
  }

  public static String handshake(String path, String moreHeaders) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: "
        + KEY
        + "\r\nSec-WebSocket-Version: 13\r\n"
        + moreHeaders
        + "\r\n";
  }

  public Socket socket() {
    return socket;
  }

  public void send(String ascii) throws IOException {
    send(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  public void send(byte[]... parts) throws IOException {
    socket.getOutputStream().write(WsBytes.concat(parts));
  }

  public Response response() throws IOException {
    return response(false);
  }

  /** As {@link #response()}, for lambdas. */
  public Response responseNow() {
    try {
      return response();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next answer.
   *
   * @param toHead whether this answers HEAD and therefore has no body
   */
  public Response response(boolean toHead) throws IOException {
    String[] statusLine = line().split(" ", 3);
    int status = Integer.parseInt(statusLine[1]);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      String[] header = line.split(": *", 2);
      headers.merge(header[0], header[1], (a, b) -> a + ", " + b);
    }
    byte[] body = new byte[0];
    if (!toHead && headers.containsKey("Content-Length")) {
      body = in.readNBytes(Integer.parseInt(headers.get("Content-Length")));
    } else if (!toHead && "chunked".equals(headers.get("Transfer-Encoding"))) {
      body = chunks();
    }
    return new Response(status, headers, body);
  }

  /** The next WebSocket frame, which a server does not mask. */
  public Frame frame() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    long size = length == 127 ? in.readLong() : length == 126 ? in.readUnsignedShort() : length;
    return new Frame(
        (first & 0x80) != 0, (first & 0x40) != 0, first & 0x0F, in.readNBytes((int) size));
  }

  /** Waits for the end of the stream; a reset is not one and throws. */
  public boolean isAtEnd() throws IOException {
    return in.read() < 0;
  }

  /** All bytes up to the end of the stream. */
  public byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Ends with a reset instead of a proper end. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      body.writeBytes(in.readNBytes(size));
      line();
    }
    line();
    return body.toByteArray();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("end after: " + line);
      }
      if (c == '\n') {
        return line.toString().strip();
      }
      line.append((char) c);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record Response(int status, Map<String, String> headers, byte[] body) {
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record Frame(boolean fin, boolean compressed, int opcode, byte[] payload) {
    public int closeCode() {
      return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }
  }
}
