package io.opamp4j.server.boot;

import io.opamp4j.server.Threads;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes daemon threads: the process ends when the lifecycle has stopped, whoever still runs. */
final class DaemonThreads implements Threads {

  @Override
  public ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
