package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ThreadFactory;

/**
 * Makes the client's threads. They are daemons, so that a client never keeps its host from ending.
 *
 * @param name of each thread
 */
public record DaemonThreads(String name) implements ThreadFactory {
  public DaemonThreads {
    requireNonNull(name, "name");
  }

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
