package io.opamp4j.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * The other end of one WebSocket, byte by byte, so that the client is not tested against its own
 * library.
 */
final class WebSocketPeer implements Closeable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  private static final int PATIENCE_SECONDS = 10;
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Map<String, String> headers = new TreeMap<>();
  private final String requestLine;

  private WebSocketPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_SECONDS * 1000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    requestLine = line(in);
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
  }

  /** One frame from the client. */
  record Frame(int opcode, byte[] payload) {
    int closeCode() {
      return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }
  }

  /** A port of the loopback interface on which clients knock. */
  static final class Port implements Closeable {
    private final ServerSocket server;
    private final BlockingQueue<WebSocketPeer> knocks = new LinkedBlockingQueue<>();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    Port() throws IOException {
      this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    Port(ServerSocket server) {
      this.server = server;
      Thread acceptor = new Thread(this::accept, "websocket-peer");
      acceptor.setDaemon(true);
      acceptor.start();
    }

    int number() {
      return server.getLocalPort();
    }

    /** The next client, which has sent its handshake and waits. */
    WebSocketPeer knock() throws InterruptedException {
      WebSocketPeer peer = knocks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (peer == null) {
        throw new AssertionError("no client came");
      }
      return peer;
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = server.accept();
          sockets.add(socket);
          try {
            knocks.add(new WebSocketPeer(socket));
          } catch (IOException e) {
            // Such as a failed TLS handshake.
            socket.close();
          }
        }
      } catch (IOException e) {
        // The port was closed.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** The name in the certificate of the client; empty if it presented none. */
  String certifiedName() {
    try {
      return ((SSLSocket) socket).getSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  String requestLine() {
    return requestLine;
  }

  String header(String name) {
    return headers.get(name);
  }

  WebSocketPeer accept() throws IOException {
    String key = headers.get("sec-websocket-key") + GUID;
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(ISO_8859_1));
      write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(digest)
              + "\r\n\r\n");
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  void refuse(int status, String... moreHeaders) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Refused\r\n");
    for (String header : moreHeaders) {
      head.append(header).append("\r\n");
    }
    write(head + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    close();
  }

  void binary(byte[] payload) throws IOException {
    frame(BINARY, payload);
  }

  void frame(int opcode, byte[] payload) throws IOException {
    frame(opcode, true, payload);
  }

  void frame(int opcode, boolean last, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write((last ? 0x80 : 0) | opcode);
    if (payload.length < 126) {
      frame.write(payload.length);
    } else if (payload.length < 1 << 16) {
      frame.write(126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    frame.write(payload);
    out.write(frame.toByteArray());
    out.flush();
  }

  void closeFrame(int code) throws IOException {
    frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
  }

  /** The next frame; a ping is not expected. */
  Frame read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    long length = second & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    if ((second & 0x80) == 0) {
      throw new AssertionError("a client must mask its frames");
    }
    byte[] mask = in.readNBytes(4);
    byte[] payload = in.readNBytes(Math.toIntExact(length));
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return new Frame(first & 0x0F, payload);
  }

  /** Whether the client has ended the TCP connection. */
  boolean isEnded() throws IOException {
    try {
      return in.read() < 0;
    } catch (EOFException e) {
      return true;
    }
  }

  /** Ends the TCP connection without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
