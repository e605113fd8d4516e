package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An OpAMP server for the tests of an agent. It listens on a free port of the loopback interface,
 * for WebSockets and plain HTTP, and answers every message with what it can do and nothing else,
 * until it is told otherwise:
 *
 * <ul>
 *   <li>{@link #answer} sets the ordinary answers; {@link #push} says something unasked.
 *   <li>{@link #nextConnection}, {@link #nextMessage} and {@link #nextDownload} are for faults,
 *       each once.
 *   <li>{@link #awaitMessage} and its siblings wait for what the agent does, at most for the {@link
 *       #patience}. They read on: what was skipped or returned is not returned again.
 * </ul>
 *
 * <p>For any thread. Functions given to it are called on its own thread, and must not block.
 */
public final class ScriptedServer implements AutoCloseable {
  /** Where messages go unless an agent is told otherwise (TRN-03). */
  public static final String PATH = "/v1/opamp";

  private final Script script = new Script();
  private final Journal journal = new Journal();
  private final Agents agents = new Agents(script, journal);
  private final Listener listener;
  private volatile Duration patience = Duration.ofSeconds(10);

  private ScriptedServer(InetAddress address, Optional<ServerTls> tls) {
    listener = new Listener(address, tls, agents);
  }

  /** A server without TLS on 127.0.0.1. */
  public static ScriptedServer start() {
    return start(InetAddress.getLoopbackAddress(), Optional.empty());
  }

  /** A server with TLS on 127.0.0.1. */
  public static ScriptedServer start(ServerTls tls) {
    return start(InetAddress.getLoopbackAddress(), Optional.of(tls));
  }

  /**
   * A server on another address.
   *
   * @throws IllegalStateException if nothing can listen there
   */
  public static ScriptedServer start(InetAddress address, Optional<ServerTls> tls) {
    return new ScriptedServer(requireNonNull(address, "address"), requireNonNull(tls, "tls"));
  }

  /** The endpoint for WebSockets. */
  public URI webSocket() {
    return listener.uri("ws", PATH);
  }

  /** The endpoint for plain HTTP. */
  public URI http() {
    return listener.uri("http", PATH);
  }

  /** Answers ordinary messages like this from now on; a missing uid is filled in. */
  public void answer(Function<AgentToServer, ServerToAgent> answers) {
    script.answers = requireNonNull(answers, "answers");
  }

  /** Admits only these requests from now on; all others get 401 (AUTH-03). */
  public void admit(Predicate<Request> admission) {
    script.admission = requireNonNull(admission, "admission");
  }

  /** What becomes of the next WebSocket's handshake, or the next request over plain HTTP. */
  public ConnectionScript nextConnection() {
    return script.connections;
  }

  /** What becomes of the next message. */
  public MessageScript nextMessage() {
    return script.messages;
  }

  /** What becomes of the next download of a {@link #file}. */
  public DownloadScript nextDownload() {
    return script.downloads.script;
  }

  /**
   * Says this unasked (see {@link Offers}): over the WebSocket that was opened last, or, if none is
   * open, with the next ordinary answer.
   */
  public void push(ServerToAgent message) {
    requireNonNull(message, "message");
    listener.execute(() -> agents.push(message));
  }

  /** Cuts every connection without a word. */
  public void cut() {
    listener.cut();
  }

  /** Serves this file, with an ETag and byte ranges. */
  public URI file(String path, byte[] content) {
    if (!path.startsWith("/") || path.equals(PATH)) {
      throw new IllegalArgumentException("a path is needed that is not that of OpAMP: " + path);
    }
    script.downloads.put(path, content);
    return listener.uri("http", path);
  }

  /** Cuts every connection and refuses new ones, as if the server had died. */
  public void goAway() {
    listener.goAway();
  }

  /** Listens again, on the same port. */
  public void comeBack() {
    listener.comeBack();
  }

  /** How long the methods below wait; 10 s unless said otherwise. */
  public void patience(Duration time) {
    patience = requireNonNull(time, "time");
  }

  /** The next message. */
  public AgentToServer awaitMessage() {
    return awaitMessage(message -> true);
  }

  /**
   * The next message of this kind.
   *
   * @throws AssertionError if none comes in time; it tells what came instead
   */
  public AgentToServer awaitMessage(Predicate<AgentToServer> wanted) {
    return await(journal.messages, wanted, "message of that kind");
  }

  /** The next handshake of a WebSocket or request over plain HTTP, also one that was refused. */
  public Request awaitRequest() {
    return await(journal.requests, request -> true, "request");
  }

  /** The next request for a file. */
  public Request awaitDownload() {
    return await(journal.downloads, request -> true, "download");
  }

  /**
   * The next end of a WebSocket.
   *
   * @return the code of the agent's Close frame; 1006 if the connection ended without one, 1005 if
   *     it had none
   */
  public int awaitClose() {
    return await(journal.closes, code -> true, "end of a WebSocket");
  }

  /** All messages so far. */
  public List<AgentToServer> messages() {
    return journal.messages.all();
  }

  /** All handshakes and requests over plain HTTP so far. */
  public List<Request> requests() {
    return journal.requests.all();
  }

  /** All requests for files so far. */
  public List<Request> downloads() {
    return journal.downloads.all();
  }

  /** How many WebSockets are open now, and requests over plain HTTP unanswered. */
  public int connections() {
    return journal.open();
  }

  /** How many there were at most at any time; a well-behaved agent has one (DUP-01, HTTP-08). */
  public int mostConnections() {
    return journal.mostOpen();
  }

  /** What came in that no well-behaved agent sends, such as malformed messages. */
  public List<String> problems() {
    return journal.problems.all();
  }

  /** Ends every connection, and the server's thread. */
  @Override
  public void close() {
    listener.close();
  }

  private <T> T await(Recorded<T> record, Predicate<? super T> wanted, String what) {
    try {
      return record
          .await(wanted, patience)
          .orElseThrow(
              () ->
                  new AssertionError(
                      "no " + what + " within " + patience + "; " + journal.describe()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a " + what, e);
    }
  }
}
