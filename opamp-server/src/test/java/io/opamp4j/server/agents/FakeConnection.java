package io.opamp4j.server.agents;

import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayList;
import java.util.List;

/** A connection that keeps what it is told to do. */
final class FakeConnection implements Connection {
  private final String id;
  private final Transport transport;
  private final List<ServerToAgent> sent = new ArrayList<>();
  private final List<String> closes = new ArrayList<>();
  private Runnable onPing = () -> {};
  private int pings;
  private boolean failing;

  private FakeConnection(String id, Transport transport) {
    this.id = id;
    this.transport = transport;
  }

  static FakeConnection socket(String id) {
    return new FakeConnection(id, Transport.WEBSOCKET);
  }

  static FakeConnection exchange(String id) {
    return new FakeConnection(id, Transport.HTTP);
  }

  /** What was sent since the last call. */
  List<ServerToAgent> takeSent() {
    List<ServerToAgent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  List<String> closes() {
    return closes;
  }

  /** From now on sending meets with a defect. */
  void failSends() {
    failing = true;
  }

  /** What the peer does when it is pinged; nothing unless said here, as if it were dead. */
  void onPing(Runnable answer) {
    onPing = answer;
  }

  int pings() {
    return pings;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public String remoteAddress() {
    return "127.0.0.1:1";
  }

  @Override
  public void send(ServerToAgent message) {
    if (failing) {
      throw new IllegalStateException("a defect");
    }
    sent.add(message);
  }

  @Override
  public void ping() {
    pings++;
    onPing.run();
  }

  @Override
  public void close(int code, String reason) {
    closes.add(code + " " + reason);
  }
}
