package io.opamp4j.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Many WebSocket peers on bare Netty, which send a prepared frame and count the answers. */
final class Agents implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Dialer dialer;
  private final LongAdder answers = new LongAdder();
  private final AtomicBoolean going = new AtomicBoolean();
  private final List<Agent> agents = new ArrayList<>();

  Agents(int port) {
    dialer = new Dialer(port);
  }

  /** Opens connections until there are {@code count}; says how long it took. */
  Duration connect(int count) throws InterruptedException {
    return dialer.dial(
        count - agents.size(),
        opened -> {
          Agent agent = new Agent(answers, going, opened);
          agents.add(agent);
          return agent;
        });
  }

  /** Each of the first {@code active} sends its frame whenever it got an answer. */
  void talk(int active, byte[] frame) {
    going.set(true);
    agents.subList(0, Math.min(active, agents.size())).forEach(agent -> agent.send(frame));
  }

  /** No agent sends again after the answer it waits for. */
  void quiet() {
    going.set(false);
  }

  /** Each sends the frame once, {@code inFlight} of them at a time. */
  void sendOnceEach(byte[] frame, int inFlight) throws InterruptedException {
    going.set(false);
    for (int from = 0; from < agents.size(); from += inFlight) {
      int to = Math.min(agents.size(), from + inFlight);
      long wanted = answers.sum() + (to - from);
      agents.subList(from, to).forEach(agent -> agent.send(frame));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (answers.sum() < wanted) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("answers are missing");
        }
        TimeUnit.MICROSECONDS.sleep(100);
      }
    }
  }

  long answers() {
    return answers.sum();
  }

  void disconnect() {
    agents.forEach(Agent::close);
    agents.clear();
  }

  @Override
  public void close() {
    dialer.close();
  }
}
