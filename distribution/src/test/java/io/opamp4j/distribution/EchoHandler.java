package io.opamp4j.distribution;

import com.google.protobuf.ByteString;
import io.opamp4j.server.CustomMessageHandler;
import java.util.List;
import java.util.Set;

/** Answers each message with its own content; found by the server in {@code plugins/}. */
public final class EchoHandler implements CustomMessageHandler {
  static final String CAPABILITY = "com.example.echo/v1";

  @Override
  public Set<String> capabilities() {
    return Set.of(CAPABILITY);
  }

  @Override
  public List<Reply> received(Received message) {
    return List.of(
        new Reply("noise", ByteString.EMPTY),
        new Reply("echo of " + message.type(), message.data()));
  }
}
