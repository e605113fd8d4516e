package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opamp4j.server.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A little compressed data that would become much: cut off at the limit, on both transports. */
class BombIT {
  private static final int LIMIT = 8 * 1024 * 1024;
  private static final int MUCH = 16 * LIMIT;
  private static final int COMPRESSED_BINARY = WsBytes.COMPRESSED | WsBytes.BINARY;
  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

  /** For what has nothing to do with the bomb: buffers, the test's own bytes, other threads. */
  private static final long SLACK = 1024 * 1024;

  private ListenerUnderTest server;

  @BeforeEach
  void start() throws IOException {
    server = ListenerUnderTest.start(new ServerConfig.Limits(LIMIT, LIMIT, 4 * LIMIT));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aGzipBombCostsAtMostTwiceTheLimit_LIM_17_LIM_18_E_14() throws Exception {
    byte[] bomb = gzip(new byte[MUCH]);
    assertThat(bomb.length).isLessThan(LIMIT / 50);
    assertThat(post(bomb)).as("the first one loads classes").isEqualTo(413);
    long before = allocatedBy("opamp-decode");

    assertThat(post(bomb)).isEqualTo(413);

    assertThat(allocatedBy("opamp-decode") - before).isBetween((long) LIMIT, 2L * LIMIT + SLACK);
  }

  /** The limit holds for all members together. */
  @Test
  void aGzipBombOfManyMembersCostsNoMore_LIM_17_E_14() throws Exception {
    byte[] member = gzip(new byte[LIMIT / 16]);
    byte[] bomb = WsBytes.concat(repeated(member, 40));
    assertThat(post(bomb)).isEqualTo(413);
    long before = allocatedBy("opamp-decode");

    assertThat(post(bomb)).isEqualTo(413);

    assertThat(allocatedBy("opamp-decode") - before).isLessThan(2L * LIMIT + SLACK);
  }

  /** Gzip inside gzip is not unpacked twice; a header that demands it is refused (E-13). */
  @Test
  void nestedGzipIsUnpackedOnce() throws Exception {
    byte[] nested = gzip(gzip(new byte[MUCH]));

    assertThat(post(nested)).isEqualTo(400);
    assertThat(post(nested, "Content-Encoding: gzip, gzip\r\n")).isEqualTo(415);
  }

  @Test
  void endlessGzipThatUnpacksToNothingIsCutOff_E_14() throws Exception {
    byte[] empty = gzip(new byte[0]);
    byte[] chunk = WsBytes.concat(repeated(empty, 3_000));
    byte[] size = (Integer.toHexString(chunk.length) + "\r\n").getBytes("US-ASCII");
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(
          "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
              + "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int sent = 0; sent <= LIMIT; sent += chunk.length) {
        peer.send(size, chunk, new byte[] {'\r', '\n'});
      }

      assertThat(peer.response().status()).isEqualTo(413);
    }
  }

  /**
   * Right before the limit the server holds the most it ever will: what has come so far. After that
   * the array may grow a last time, to the limit, so that both together stay below twice the limit.
   */
  @Test
  void aDeflateBombIsHeldAtMostOnceAndCutOff_LIM_04_LIM_06_E_14() throws Exception {
    byte[] packed = WsBytes.deflated(new byte[MUCH]);
    // Deflate makes about a thousandth of it, so this much is still below the limit.
    int safe = (int) ((long) packed.length * LIMIT / MUCH) - 1024;
    try (RawPeer peer = RawPeer.webSocket(server.port(), OFFER)) {
      long before = heapAfterGc();
      peer.send(
          WsBytes.frame(false, COMPRESSED_BINARY, Arrays.copyOf(packed, safe)),
          WsBytes.frame(true, WsBytes.PING, new byte[1]));
      assertThat(peer.frame().opcode()).isEqualTo(WsBytes.PONG);

      assertThat(heapAfterGc() - before).isBetween(LIMIT / 2L, LIMIT + 4 * SLACK);

      peer.send(
          WsBytes.frame(
              true, WsBytes.CONTINUATION, Arrays.copyOfRange(packed, safe, packed.length)));
      assertThat(peer.frame().closeCode()).isEqualTo(1009);
      assertThat(server.inbox().next().kind()).isEqualTo("closed");
      assertThat(heapAfterGc() - before).isLessThan(4 * SLACK);
    }
  }

  /** Empty blocks of five bytes. */
  @Test
  void endlessDeflateThatInflatesToNothingIsCutOff_E_14() throws Exception {
    byte[] blocks = HexFormat.of().parseHex("000000ffff".repeat(10_000));
    try (RawPeer peer = RawPeer.webSocket(server.port(), OFFER)) {
      peer.send(WsBytes.frame(false, COMPRESSED_BINARY, blocks));
      for (int sent = blocks.length; sent <= LIMIT; sent += blocks.length) {
        peer.send(WsBytes.frame(false, WsBytes.CONTINUATION, blocks));
      }

      assertThat(peer.frame().closeCode()).isEqualTo(1009);
    }
  }

  private int post(byte[] body) throws IOException {
    return post(body, "Content-Encoding: gzip\r\n");
  }

  private int post(byte[] body, String encoding) throws IOException {
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(
          "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
              + encoding
              + "Content-Length: "
              + body.length
              + "\r\n\r\n");
      peer.send(body);
      return peer.response().status();
    }
  }

  private static long allocatedBy(String threads) {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(threads))
        .mapToLong(thread -> bean.getThreadAllocatedBytes(thread.getId()))
        .sum();
  }

  private static long heapAfterGc() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static byte[][] repeated(byte[] bytes, int times) {
    byte[][] all = new byte[times][];
    Arrays.fill(all, bytes);
    return all;
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
