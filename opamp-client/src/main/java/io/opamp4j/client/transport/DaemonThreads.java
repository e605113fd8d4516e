package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes the client's threads. They are daemons, so that a client never keeps its host from ending.
 *
 * @param name of each thread
 */
public record DaemonThreads(String name) implements ThreadFactory {
  public DaemonThreads {
    requireNonNull(name, "name");
  }

  /**
   * An executor for work that may hang: it queues nothing, refuses what it has no thread for, and
   * lets idle threads go after 5 s.
   *
   * @param most threads at a time
   */
  ThreadPoolExecutor pool(int most) {
    return new ThreadPoolExecutor(0, most, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), this);
  }

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
