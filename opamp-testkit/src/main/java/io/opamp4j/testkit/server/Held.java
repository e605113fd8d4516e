package io.opamp4j.testkit.server;

import java.util.concurrent.CompletableFuture;

/** Something the server holds back until the test lets it go. */
public final class Held {
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  Held() {}

  /** Lets it go; once is enough. */
  public void release() {
    released.complete(null);
  }

  /** Runs this on the way out, at once if it was let go already. */
  @SuppressWarnings("FutureReturnValueIgnored") // The action hands over and returns.
  void whenReleased(Runnable action) {
    released.whenComplete((nothing, failure) -> action.run());
  }
}
