package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.Connection;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Remembers what was delivered, and answers on a thread of its own, as the real one does. */
public final class FakeInbox implements AgentInbox, AutoCloseable {
  private final Map<Connection, ByteString> lastUids = new ConcurrentHashMap<>();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private volatile BiConsumer<Connection, AgentToServer> answer = FakeInbox::echo;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** Answers with the uid and capabilities of the server. */
  public static void echo(Connection connection, AgentToServer message) {
    connection.send(
        ServerToAgent.newBuilder()
            .setInstanceUid(message.getInstanceUid())
            .setCapabilities(message.getSequenceNum() + 1)
            .build());
  }

  public void answerWith(BiConsumer<Connection, AgentToServer> answer) {
    this.answer = answer;
  }

  /** The thread that delivers is held up until the gate opens, which the real inbox never does. */
  public void holdUp(CountDownLatch gate) {
    this.gate = gate;
  }

  public Event next() throws InterruptedException {
    Event event = events.poll(10, TimeUnit.SECONDS);
    assertThat(event).as("an event within ten seconds").isNotNull();
    return event;
  }

  public boolean isEmpty() {
    return events.isEmpty();
  }

  @Override
  public void received(Connection connection, AgentToServer message) {
    events.add(new Event("received", connection, message, ""));
    lastUids.put(connection, message.getInstanceUid());
    try {
      gate.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    BiConsumer<Connection, AgentToServer> chosen = answer;
    thread.execute(() -> chosen.accept(connection, message));
  }

  @Override
  public void opened(Connection connection) {}

  @Override
  public void malformed(Connection connection, String why) {
    ByteString uid = lastUids.getOrDefault(connection, ByteString.EMPTY);
    connection.send(ErrorResponses.badRequest(uid, why));
  }

  @Override
  public void pong(Connection connection) {
    events.add(new Event("pong", connection, AgentToServer.getDefaultInstance(), ""));
  }

  @Override
  public void closed(Connection connection, String reason) {
    events.add(new Event("closed", connection, AgentToServer.getDefaultInstance(), reason));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** One call of the inbox, by the name of its method. */
  public record Event(String kind, Connection connection, AgentToServer message, String reason) {}
}
