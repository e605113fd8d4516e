package io.opamp4j.testkit.server;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * What becomes of one message of the agent instead of an ordinary answer. Each call of a method
 * here is for one more message: the first for the next one, the second for the one after it. The
 * message itself is recorded in any case.
 */
public final class MessageScript {
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();

  /** What happens instead. */
  interface Fault {
    /**
     * Makes it happen.
     *
     * @param ordinary sends the ordinary answer
     */
    void apply(AgentToServer message, Exchange exchange, Runnable ordinary);
  }

  MessageScript() {}

  /** Answers with this, see {@link Offers}; the uid is filled in if it is missing. */
  public void answer(ServerToAgent answer) {
    answer(message -> answer);
  }

  /** Answers with what this makes of the message. It is called on the server's thread. */
  public void answer(Function<AgentToServer, ServerToAgent> answers) {
    faults.add((message, exchange, ordinary) -> exchange.send(answers.apply(message)));
  }

  /** Gives the ordinary answer, so that what follows is for the message after it. */
  public void answer() {
    faults.add((message, exchange, ordinary) -> ordinary.run());
  }

  /** Gives the ordinary answer when the test lets it go. */
  public Held hold() {
    Held held = new Held();
    faults.add((message, exchange, ordinary) -> held.whenReleased(() -> exchange.later(ordinary)));
    return held;
  }

  /** Never answers this one. */
  public void ignore() {
    faults.add((message, exchange, ordinary) -> {});
  }

  /** Answers with these bytes in place of a message: no header is added over WebSocket. */
  public void malformed(byte[] bytes) {
    byte[] kept = bytes.clone();
    faults.add((message, exchange, ordinary) -> exchange.sendRaw(kept));
  }

  /** Answers with this, blown up to this many bytes by a field nobody knows. */
  public void oversized(ServerToAgent answer, int bytes) {
    answer(Offers.padded(answer, bytes));
  }

  /** Ends the TCP connection without a word. */
  public void cut() {
    faults.add((message, exchange, ordinary) -> exchange.cut());
  }

  /** Sends a Close frame; over plain HTTP the TCP connection just ends. */
  public void close(int code) {
    faults.add((message, exchange, ordinary) -> exchange.close(code));
  }

  Optional<Fault> poll() {
    return Optional.ofNullable(faults.poll());
  }
}
