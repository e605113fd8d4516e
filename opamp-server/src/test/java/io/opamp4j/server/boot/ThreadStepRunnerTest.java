package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThreadStepRunnerTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  private final ThreadStepRunner runner = new ThreadStepRunner();

  @Test
  void returnsWhenTheActionHasEnded() throws Exception {
    AtomicReference<Thread> ran = new AtomicReference<>();
    runner.run("start x", () -> ran.set(Thread.currentThread()), AMPLE);

    assertThat(ran.get().getName()).isEqualTo("opamp-lifecycle start x");
    assertThat(ran.get().isDaemon()).isTrue();
  }

  @Test
  void throwsWhatTheActionThrew() {
    IOException failure = new IOException("no");
    assertThatThrownBy(
            () ->
                runner.run(
                    "x",
                    () -> {
                      throw failure;
                    },
                    AMPLE))
        .isSameAs(failure);
    assertThatThrownBy(
            () ->
                runner.run(
                    "x",
                    () -> {
                      throw new NoClassDefFoundError("y");
                    },
                    AMPLE))
        .isInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void interruptsAnActionThatHangsAndGoesOn() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                runner.run(
                    "x",
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                    },
                    Duration.ofMillis(50)))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("not done after 50 ms");
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
