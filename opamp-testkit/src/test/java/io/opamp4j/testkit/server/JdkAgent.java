package io.opamp4j.testkit.server;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A fake agent on the JDK's clients, so that the kit is not tested against our own client. */
final class JdkAgent implements WebSocket.Listener {
  static final InstanceUid UID = new InstanceUid(1, 2);

  final FakeAgent agent = new FakeAgent(UID, "jdk", 0x2003);
  private final HttpClient http;
  private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream incoming = new ByteArrayOutputStream();

  JdkAgent() {
    this(HttpClient.newHttpClient());
  }

  JdkAgent(HttpClient http) {
    this.http = http;
  }

  WebSocket open(URI uri) throws Exception {
    return http.newWebSocketBuilder().buildAsync(uri, this).get(10, TimeUnit.SECONDS);
  }

  static void send(WebSocket socket, AgentToServer message) throws Exception {
    ByteBuffer frame = ByteBuffer.wrap(Frames.encode(message, Messages.DEFAULT_LIMIT));
    socket.sendBinary(frame, true).get(10, TimeUnit.SECONDS);
  }

  /** What came over the WebSocket next: a message, or in words what else it was. */
  Object next() throws InterruptedException {
    Object next = heard.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was heard");
    }
    return next;
  }

  ServerToAgent answer() throws InterruptedException {
    return (ServerToAgent) next();
  }

  HttpResponse<byte[]> post(URI uri, AgentToServer message) throws Exception {
    return http.send(request(uri, message), BodyHandlers.ofByteArray());
  }

  static HttpRequest request(URI uri, AgentToServer message) throws Exception {
    return HttpRequest.newBuilder(uri)
        .version(HttpClient.Version.HTTP_1_1)
        .header("Content-Type", "application/x-protobuf")
        .POST(BodyPublishers.ofByteArray(Bodies.encode(message, false, Messages.DEFAULT_LIMIT)))
        .build();
  }

  static ServerToAgent decoded(byte[] body) throws Exception {
    return Bodies.serverToAgent(new ByteArrayInputStream(body), false, Messages.DEFAULT_LIMIT);
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    incoming.writeBytes(bytes);
    if (last) {
      byte[] message = incoming.toByteArray();
      incoming.reset();
      try {
        heard.add(Frames.serverToAgent(ByteBuffer.wrap(message), Messages.DEFAULT_LIMIT));
      } catch (MalformedMessageException e) {
        heard.add("malformed");
      }
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
    heard.add("pong");
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    heard.add("closed with " + code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    heard.add("cut");
  }
}
