package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;

/** What works on one request. Called on the event loop of its connection only. */
interface Exchange {

  /** The head has been read. Answers it, or asks for the body with {@link Reply#read}. */
  void start();

  /** The next piece of the body. Belongs to the caller: copy what is to be kept. */
  default void body(ByteBuf piece) {}

  /** The body is complete. Called also if there was none, unless the answer went out before. */
  default void bodyComplete() {}

  /** The deadline set with {@link Reply#within} has passed. */
  void expired();

  /** The peer has gone before the answer was complete. Nothing can be sent any more. */
  default void lost() {}
}
