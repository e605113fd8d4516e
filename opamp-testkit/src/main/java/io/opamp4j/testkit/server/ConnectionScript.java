package io.opamp4j.testkit.server;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What becomes of one attempt to speak, which is a WebSocket's handshake or a request over plain
 * HTTP. Each call of a method here is for one more attempt: the first for the next one, the second
 * for the one after it. A request that is turned away this way is recorded, but its message is not.
 */
public final class ConnectionScript {
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();

  /** What happens to an attempt. */
  interface Fault {
    /**
     * Makes it happen.
     *
     * @param ordinary goes on as if nothing was scripted
     */
    void apply(Arrival arrival, Runnable ordinary);
  }

  /** An attempt that waits for what is done with it. Its methods are for the event loop. */
  interface Arrival {
    void refuse(int status, Map<String, String> headers);

    void cut();

    /** From now on nothing is said on this connection. */
    void mute();

    void later(Runnable action);
  }

  ConnectionScript() {}

  /** Refuses it with this status. */
  public void refuse(int status) {
    refuse(status, Map.of());
  }

  /** Refuses it with this status and {@code Retry-After} in seconds. */
  public void refuse(int status, Duration retryAfter) {
    refuse(status, Map.of("Retry-After", Long.toString(retryAfter.toSeconds())));
  }

  /** Refuses it with this status and these headers. */
  public void refuse(int status, Map<String, String> headers) {
    Map<String, String> kept = Map.copyOf(headers);
    faults.add((arrival, ordinary) -> arrival.refuse(status, kept));
  }

  /** Redirects it with status 307. */
  public void redirect(URI elsewhere) {
    refuse(307, Map.of("Location", elsewhere.toString()));
  }

  /** Goes on as usual when the test lets it go. */
  public Held hold() {
    Held held = new Held();
    faults.add((arrival, ordinary) -> held.whenReleased(() -> arrival.later(ordinary)));
    return held;
  }

  /** Ends the TCP connection without a word. */
  public void cut() {
    faults.add((arrival, ordinary) -> arrival.cut());
  }

  /**
   * Takes everything and says nothing: over WebSocket the handshake succeeds, and then there is no
   * answer, no pong and no Close frame.
   */
  public void halfOpen() {
    faults.add(
        (arrival, ordinary) -> {
          arrival.mute();
          ordinary.run();
        });
  }

  /** Lets it through, so that what follows is for the attempt after it. */
  public void accept() {
    faults.add((arrival, ordinary) -> ordinary.run());
  }

  Optional<Fault> poll() {
    return Optional.ofNullable(faults.poll());
  }
}
