package io.opamp4j.server.transport.ws;

import io.netty.buffer.ByteBuf;

/**
 * What the OpAMP endpoint needs of the TCP connection below it. A write is not flushed by itself:
 * whoever ends a batch of writes calls {@link #flush}.
 */
interface Wire {
  /** Under this name the endpoint finds the wire in the user properties of its session. */
  String PROPERTY = "io.opamp4j.wire";

  /** Names the connection in logs. */
  String id();

  /** The peer's address and port. */
  String remoteAddress();

  /** Runs the task on the connection's thread, at once if this is that thread. */
  void execute(Runnable task);

  /** Whether little enough waits to be read by the peer. Connection's thread only. */
  boolean writable();

  /**
   * Whether {@link #write} may be used: nobody compresses what is written. Connection's thread
   * only.
   */
  boolean takesFrames();

  /**
   * Writes whole frames of data, past Tyrus, which would copy them; only while the session is open.
   * Takes the bytes over. Connection's thread only.
   */
  void write(ByteBuf frames);

  /** Ends a batch of writes. Connection's thread only. */
  void flush();

  /** Whom to tell. Called once, before anything can happen. Connection's thread only. */
  void attach(Listener listener);

  /** Told on the connection's thread. */
  interface Listener {
    /** The peer has caught up. */
    void becameWritable();

    /** The connection has to end, with this close code and reason. */
    void close(int code, String reason);
  }
}
