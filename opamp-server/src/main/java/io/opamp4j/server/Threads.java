package io.opamp4j.server;

import java.util.concurrent.ThreadFactory;

/**
 * The only maker of threads, so that all of them are daemons and have names that tell what they do.
 */
@FunctionalInterface
public interface Threads {

  /** A factory whose threads are called {@code name-1}, {@code name-2} and so on. */
  ThreadFactory named(String name);
}
